// Package cobra stands for the command line library of that name.
package cobra

import "io"

type Command struct{ Use string }

func (c *Command) OutOrStdout() io.Writer                    { return nil }
func (c *Command) ErrOrStderr() io.Writer                    { return nil }
func (c *Command) Print(i ...interface{})                    {}
func (c *Command) Println(i ...interface{})                  {}
func (c *Command) Printf(format string, i ...interface{})    {}
func (c *Command) PrintErr(i ...interface{})                 {}
func (c *Command) PrintErrln(i ...interface{})               {}
func (c *Command) PrintErrf(format string, i ...interface{}) {}
