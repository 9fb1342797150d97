#include "textflag.h"

// V0 to V7 hold the tables of the four places of a fingerprint, low and high
// halves in turn; V8 holds 0x0f in every byte.

// PLACE sets out to the buckets that the 16 bytes in F<in> = V<in> fit at one
// place of the fingerprint: table lookups of the low and the high half of each.
#define PLACE(in, low, high, tmp) \
	VUSHR $4, in.B16, tmp.B16       \
	VAND  V8.B16, in.B16, in.B16    \
	VTBL  in.B16, [low.B16], in.B16 \
	VTBL  tmp.B16, [high.B16], tmp.B16 \
	VAND  in.B16, tmp.B16, in.B16

// func candidateNEON(t *halfTables, p *byte, n int) (pos int, buckets uint8)
//
// Every block reads 19 bytes: 16 positions and the rest of the last one's
// fingerprint. The last block is moved back to end with the buffer, so that
// nothing beyond is read; what it sees twice did not fit the first time either.
TEXT ·candidateNEON(SB), NOSPLIT, $0-33
	MOVD t+0(FP), R0
	MOVD p+8(FP), R1
	MOVD n+16(FP), R2

	VLD1.P 64(R0), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1   (R0), [V4.B16, V5.B16, V6.B16, V7.B16]
	MOVD   $0x0f0f0f0f0f0f0f0f, R3
	VDUP   R3, V8.D2

	MOVD R1, R3       // where the next block begins
	ADD  R1, R2, R4
	SUB  $19, R4, R4  // where the last one does
	SUB  $16, R4, R5  // the last place for two

two:
	CMP R5, R3
	BHI one
	FMOVQ (R3), F9
	FMOVQ 1(R3), F10
	FMOVQ 2(R3), F11
	FMOVQ 3(R3), F12
	FMOVQ 16(R3), F13
	FMOVQ 17(R3), F14
	FMOVQ 18(R3), F15
	FMOVQ 19(R3), F16
	PLACE(V9, V0, V1, V17)
	PLACE(V10, V2, V3, V18)
	PLACE(V11, V4, V5, V19)
	PLACE(V12, V6, V7, V20)
	PLACE(V13, V0, V1, V21)
	PLACE(V14, V2, V3, V22)
	PLACE(V15, V4, V5, V23)
	PLACE(V16, V6, V7, V24)
	VAND V10.B16, V9.B16, V9.B16
	VAND V12.B16, V11.B16, V11.B16
	VAND V11.B16, V9.B16, V9.B16
	VAND V14.B16, V13.B16, V13.B16
	VAND V16.B16, V15.B16, V15.B16
	VAND V15.B16, V13.B16, V13.B16
	VORR V9.B16, V13.B16, V17.B16
	VMOV V17.D[0], R6
	VMOV V17.D[1], R7
	ORR  R6, R7, R8
	CBNZ R8, foundInTwo
	ADD  $32, R3, R3
	B    two

one:
	CMP R4, R3
	BHI last

block:
	FMOVQ (R3), F9
	FMOVQ 1(R3), F10
	FMOVQ 2(R3), F11
	FMOVQ 3(R3), F12
	PLACE(V9, V0, V1, V17)
	PLACE(V10, V2, V3, V18)
	PLACE(V11, V4, V5, V19)
	PLACE(V12, V6, V7, V20)
	VAND V10.B16, V9.B16, V9.B16
	VAND V12.B16, V11.B16, V11.B16
	VAND V11.B16, V9.B16, V9.B16
	VMOV V9.D[0], R6
	VMOV V9.D[1], R7
	ORR  R6, R7, R8
	CBNZ R8, found
	ADD  $16, R3, R3
	B    one

last:
	// One block more unless the blocks ended where the buffer does.
	ADD $16, R4, R5
	CMP R5, R3
	BHS none
	MOVD R4, R3
	B    block

none:
	MOVD $-1, R0
	MOVD R0, pos+24(FP)
	MOVB ZR, buckets+32(FP)
	RET

foundInTwo:
	VMOV V9.D[0], R6
	VMOV V9.D[1], R7
	ORR  R6, R7, R8
	CBNZ R8, found
	ADD  $16, R3, R3
	VMOV V13.D[0], R6
	VMOV V13.D[1], R7

found:
	// R6 and R7 hold the buckets of eight positions each, R3 is the first one.
	CBNZ R6, first
	ADD  $8, R3, R3
	MOVD R7, R6

first:
	RBIT R6, R8
	CLZ  R8, R8
	LSR  $3, R8, R8
	ADD  R8, R3, R3
	SUB  R1, R3, R3
	LSL  $3, R8, R8
	LSR  R8, R6, R6
	MOVD R3, pos+24(FP)
	MOVB R6, buckets+32(FP)
	RET
