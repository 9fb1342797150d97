// Package odb reads git object stores without git: packs, multi-pack indexes,
// loose objects and alternates, of SHA-1 and SHA-256 repositories.
//
// [Store.Walk] yields every object once, in the order that costs least: each
// object is inflated once and each delta applied once, because a pack's
// objects are visited along their delta chains, bases first. [Store.Reader]
// gives single objects by id.
//
// A store is data of whoever made it. Sizes, offsets and ids in it are
// believed only as far as they can be checked; what does not hold gives an
// error for the objects concerned, never a crash, an endless loop or memory
// out of proportion (see [Limits]). The formats are those of git's
// Documentation/gitformat-pack.txt, gitformat-index.txt and
// gitrepository-layout.txt.
package odb
