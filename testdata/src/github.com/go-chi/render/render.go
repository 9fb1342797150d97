// Package render stands for the package of that name.
package render

import "net/http"

func Status(r *http.Request, status int)                         {}
func PlainText(w http.ResponseWriter, r *http.Request, v string) {}
func Data(w http.ResponseWriter, r *http.Request, v []byte)      {}
func HTML(w http.ResponseWriter, r *http.Request, v string)      {}
func JSON(w http.ResponseWriter, r *http.Request, v interface{}) {}
func XML(w http.ResponseWriter, r *http.Request, v interface{})  {}
func NoContent(w http.ResponseWriter, r *http.Request)           {}
