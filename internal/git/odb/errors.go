package odb

import "errors"

// What can be wrong with an object. Wrapped in a DamageError.
var (
	errHash       = errors.New("its content does not match its id")
	errZlib       = errors.New("its compressed data is broken")
	errSize       = errors.New("its compressed data does not have the size it claims")
	errCRC        = errors.New("its checksum in the pack index does not match")
	errHeader     = errors.New("its header is broken")
	errDelta      = errors.New("its delta is broken")
	errDeltaBase  = errors.New("its delta was made for another base")
	errOffset     = errors.New("its offset or that of its delta base lies outside of the pack")
	errBase       = errors.New("its delta base is missing")
	errBaseDamage = errors.New("its delta base cannot be read")
	errCycle      = errors.New("its delta chain leads back to itself")
	errDepth      = errors.New("its delta chain is too long")
	errLarge      = errors.New("it is too large to be unpacked in memory")
	errTree       = errors.New("the tree is malformed")
	errCommit     = errors.New("the commit is malformed")
	errTag        = errors.New("the tag is malformed")
	errExpansion  = errors.New("the objects before it have used up what may be unpacked in all")
	errInternal   = errors.New("its data makes the reader fail")
	errRead       = errors.New("reading the file failed, it may have been cut while in use")
)
