// Package status stands for gRPC's package of that name.
package status

import "google.golang.org/grpc/codes"

type Status struct{}

func (s *Status) Err() error { return nil }

func New(c codes.Code, msg string) *Status               { return &Status{} }
func Newf(c codes.Code, format string, a ...any) *Status { return &Status{} }
func Error(c codes.Code, msg string) error               { return nil }
func Errorf(c codes.Code, format string, a ...any) error { return nil }
func Code(err error) codes.Code                          { return codes.OK }
