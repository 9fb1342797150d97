// Package config stands for the SDK's package of that name.
package config

type AuthConfiguration interface{ isAuthConfiguration() }

type authConfiguration struct{}

func (authConfiguration) isAuthConfiguration() {}

func AuthDefault() AuthConfiguration { return authConfiguration{} }
