// Package guard decides where a credential may travel, and opens the only
// connections over which one does. Credentials come with the name of a host
// that whoever wrote the scanned text has chosen, so a host is an Address only
// after it has passed the Rules, and an Address is connected only after the
// IP address behind it has passed as well, at the moment of the dial: neither
// a second look-up of the name nor a redirect can change it.
//
// It stands below packages verify and account, which know nothing of each
// other.
package guard
