// Package utils stands for the SDK's package of that name.
package utils

import (
	"math"
	"time"
)

type ExpiresIn struct{ validForSeconds int64 }

func (e ExpiresIn) DoesExpire() bool { return e.validForSeconds != math.MaxInt64 }
func (e ExpiresIn) Seconds() int64   { return e.validForSeconds }

func ExpiresInNever() ExpiresIn                { return ExpiresIn{math.MaxInt64} }
func ExpiresInSeconds(seconds int64) ExpiresIn { return ExpiresIn{seconds} }
func ExpiresInMinutes(minutes int64) ExpiresIn { return ExpiresIn{minutes * 60} }
func ExpiresInHours(hours int64) ExpiresIn     { return ExpiresIn{hours * 60 * 60} }
func ExpiresInDays(days int64) ExpiresIn       { return ExpiresIn{days * 60 * 60 * 24} }
func ExpiresAtEpoch(epoch int64) ExpiresIn     { return ExpiresIn{epoch - time.Now().Unix()} }

type ExpiresAt struct{ validUntil int64 }

func (e ExpiresAt) DoesExpire() bool { return e.validUntil != math.MaxInt64 }
func (e ExpiresAt) Epoch() int64     { return e.validUntil }
