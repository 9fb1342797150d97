#include "textflag.h"

// The tables of the four places of a fingerprint, low and high halves.
#define LOW0  Y0
#define HIGH0 Y1
#define LOW1  Y2
#define HIGH1 Y3
#define LOW2  Y4
#define HIGH2 Y5
#define LOW3  Y6
#define HIGH3 Y7
#define HALF  Y8 // 0x0f in every byte

// PLACE sets out to the buckets that the bytes at off(DI) fit at one place of
// the fingerprint: table lookups of the low and of the high half of each byte.
// The shift is by 16 bits at a time, for there is none by 8; HALF clears what
// it brings in from the neighbour. The low half needs no such mask: a shuffle
// gives zero for a byte above 0x7f, which no fingerprint has in this place.
#define PLACE(off, low, high, tmp, out) \
	VMOVDQU off(DI), out     \
	VPSRLW  $4, out, tmp     \
	VPAND   HALF, tmp, tmp   \
	VPSHUFB out, low, out    \
	VPSHUFB tmp, high, tmp   \
	VPAND   out, tmp, out

// LASTPLACE is PLACE for all bytes: a short fingerprint lets any byte follow.
#define LASTPLACE(off, low, high, tmp, out) \
	VMOVDQU off(DI), out     \
	VPSRLW  $4, out, tmp     \
	VPAND   HALF, out, out   \
	VPAND   HALF, tmp, tmp   \
	VPSHUFB out, low, out    \
	VPSHUFB tmp, high, tmp   \
	VPAND   out, tmp, out

// BLOCK sets out to the buckets of the 32 positions at off(DI).
#define BLOCK(off, t0, t1, t2, out) \
	PLACE(off, LOW0, HIGH0, t0, out)      \
	PLACE(off+1, LOW1, HIGH1, t0, t1)     \
	VPAND t1, out, out                    \
	PLACE(off+2, LOW2, HIGH2, t0, t1)     \
	LASTPLACE(off+3, LOW3, HIGH3, t0, t2) \
	VPAND t1, t2, t1                      \
	VPAND t1, out, out

// func candidateAVX2(t *halfTables, f *filter, p *byte, n int) (pos int, buckets uint8)
//
// The shuffles know halves of bytes only, so most of what they let through is no
// fingerprint. The filter rejects that here, for leaving and coming back costs
// several times as much.
//
// Every block reads 35 bytes: 32 positions and the rest of the last one's
// fingerprint. The last block is moved back to end with the buffer, so that
// nothing beyond is read; what it sees twice did not fit the first time either.
TEXT ·candidateAVX2(SB), NOSPLIT, $32-41
	MOVQ t+0(FP), AX
	MOVQ f+8(FP), R10
	MOVQ p+16(FP), SI
	MOVQ n+24(FP), CX

	VBROADCASTI128 0(AX), LOW0
	VBROADCASTI128 16(AX), HIGH0
	VBROADCASTI128 32(AX), LOW1
	VBROADCASTI128 48(AX), HIGH1
	VBROADCASTI128 64(AX), LOW2
	VBROADCASTI128 80(AX), HIGH2
	VBROADCASTI128 96(AX), LOW3
	VBROADCASTI128 112(AX), HIGH3
	MOVL           $0x0f0f0f0f, BX
	VMOVD          BX, X8
	VPBROADCASTD   X8, HALF

	MOVQ SI, DI
	LEAQ -35(SI)(CX*1), DX // where the last block begins
	LEAQ -32(DX), R8       // the last place for two blocks

two:
	CMPQ DI, R8
	JA   one
	BLOCK(0, Y9, Y10, Y11, Y12)
	BLOCK(32, Y13, Y10, Y11, Y14)
	VPOR  Y12, Y14, Y15
	VPTEST Y15, Y15
	JNZ   foundInTwo
	ADDQ  $64, DI
	JMP   two

one:
	CMPQ DI, DX
	JA   last
	BLOCK(0, Y9, Y10, Y11, Y12)
	VPTEST Y12, Y12
	JNZ   found
	ADDQ  $32, DI
	JMP   one

last:
	// One block more unless the blocks ended where the buffer does.
	LEAQ 32(DX), R11
	CMPQ DI, R11
	JAE  none
	MOVQ DX, DI
	BLOCK(0, Y9, Y10, Y11, Y12)
	VPTEST Y12, Y12
	JNZ   found

none:
	VZEROUPPER
	MOVQ $-1, pos+32(FP)
	MOVB $0, buckets+40(FP)
	RET

foundInTwo:
	VPTEST  Y12, Y12
	JNZ     found
	ADDQ    $32, DI
	VMOVDQA Y14, Y12

found:
	VPXOR     Y9, Y9, Y9
	VPCMPEQB  Y12, Y9, Y9
	VPMOVMSKB Y9, BX
	NOTL      BX

	// BX has a bit for each candidate of the block. This is filter.has.
filter:
	BSFL  BX, R9
	MOVL  (DI)(R9*1), R11
	IMULL $0x9e3779b1, R11
	SHRL  $16, R11
	MOVL  R11, R12
	SHRL  $5, R12
	MOVL  (R10)(R12*4), R12
	BTL   R11, R12
	JCS   passed
	LEAL  -1(BX), R11
	ANDL  R11, BX
	JNZ   filter
	ADDQ  $32, DI
	JMP   two

passed:
	VMOVDQU Y12, block-32(SP)
	VZEROUPPER
	MOVBLZX block-32(SP)(R9*1), AX
	SUBQ    SI, DI
	ADDQ    R9, DI
	MOVQ    DI, pos+32(FP)
	MOVB    AX, buckets+40(FP)
	RET

// WIDE sets a and b to the buckets of the 64 positions at off(DI): those of the
// first three places and those of the last; their common bits are the
// candidates. One lookup serves a whole byte: the instruction picks from 128
// bytes in two registers by the low seven bits. Bytes above 0x7f are taken for
// ASCII, which the comparison sorts out.
#define WIDE(off, a, b, t0, t1) \
	VMOVDQU64  off(DI), a           \
	VMOVDQU64  off+1(DI), t0        \
	VMOVDQU64  off+2(DI), t1        \
	VMOVDQU64  off+3(DI), b         \
	VPERMI2B   Z1, Z0, a            \
	VPERMI2B   Z3, Z2, t0           \
	VPERMI2B   Z5, Z4, t1           \
	VPERMI2B   Z7, Z6, b            \
	VPTERNLOGQ $0x80, t0, t1, a

// func candidateAVX512(t *byteTables, p *byte, n int) (pos int, buckets uint8)
//
// As candidateAVX2, with blocks of 64 positions.
TEXT ·candidateAVX512(SB), NOSPLIT, $64-33
	MOVQ t+0(FP), AX
	MOVQ p+8(FP), SI
	MOVQ n+16(FP), CX

	VMOVDQU64 0(AX), Z0
	VMOVDQU64 64(AX), Z1
	VMOVDQU64 128(AX), Z2
	VMOVDQU64 192(AX), Z3
	VMOVDQU64 256(AX), Z4
	VMOVDQU64 320(AX), Z5
	VMOVDQU64 384(AX), Z6
	VMOVDQU64 448(AX), Z7

	MOVQ SI, DI
	LEAQ -67(SI)(CX*1), DX // where the last block begins
	LEAQ -64(DX), R8       // the last place for two blocks

two:
	CMPQ DI, R8
	JA   one
	WIDE(0, Z8, Z9, Z10, Z11)
	WIDE(64, Z12, Z13, Z14, Z15)
	VPTESTMB Z8, Z9, K1
	VPTESTMB Z12, Z13, K2
	KORTESTQ K1, K2
	JNZ      foundInTwo
	ADDQ     $128, DI
	JMP      two

one:
	CMPQ DI, DX
	JA   last
	WIDE(0, Z8, Z9, Z10, Z11)
	VPTESTMB Z8, Z9, K1
	KORTESTQ K1, K1
	JNZ      found
	ADDQ     $64, DI
	JMP      one

last:
	LEAQ 64(DX), R8
	CMPQ DI, R8
	JAE  none
	MOVQ DX, DI
	WIDE(0, Z8, Z9, Z10, Z11)
	VPTESTMB Z8, Z9, K1
	KORTESTQ K1, K1
	JNZ      found

none:
	VZEROUPPER
	MOVQ $-1, pos+24(FP)
	MOVB $0, buckets+32(FP)
	RET

foundInTwo:
	KORTESTQ  K1, K1
	JNZ       found
	ADDQ      $64, DI
	KMOVQ     K2, K1
	VMOVDQA64 Z12, Z8
	VMOVDQA64 Z13, Z9

found:
	KMOVQ     K1, BX
	BSFQ      BX, BX
	VPANDQ    Z8, Z9, Z8
	VMOVDQU64 Z8, block-64(SP)
	VZEROUPPER
	MOVBLZX   block-64(SP)(BX*1), AX
	SUBQ      SI, DI
	ADDQ      BX, DI
	MOVQ      DI, pos+24(FP)
	MOVB      AX, buckets+32(FP)
	RET
