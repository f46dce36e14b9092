/*
 * void call_with_registers(const struct registers *before, struct registers *after, long ymm)
 *
 * Fills every register and the red zone, makes the system call, and notes what is in them afterwards. Only rcx and r11
 * may change, and rax has the answer (System V ABI for AMD64, A.2.1).
 */
#if defined(__x86_64__)
#define GENERAL 0
#define FLAGS 128
#define MXCSR 136
#define X87_CONTROL 144
#define X87_TOP 152
#define RED_ZONE 160
#define VECTORS 288

/* What is saved on the stack, from its end. */
#define OLD_MXCSR 0
#define OLD_X87_CONTROL 8
#define YMM 16
#define AFTER 24

  .text
  .globl call_with_registers
  .type call_with_registers, @function
call_with_registers:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  push %rdi
  push %rsi
  push %rdx
  sub $16, %rsp
  stmxcsr OLD_MXCSR(%rsp)
  fnstcw OLD_X87_CONTROL(%rsp)

  mov %rdi, %rcx
  ldmxcsr MXCSR(%rcx)
  fldcw X87_CONTROL(%rcx)
  fldl X87_TOP(%rcx)
  test %rdx, %rdx
  jz 1f
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  vmovdqu VECTORS + 32 * \n(%rcx), %ymm\n
  .endr
  jmp 2f
1:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  movdqu VECTORS + 32 * \n(%rcx), %xmm\n
  .endr
2:
  push FLAGS(%rcx)
  popf
  /* From here on nothing may touch the flags or the stack. */
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  mov RED_ZONE + 8 * \n(%rcx), %rax
  mov %rax, -128 + 8 * \n(%rsp)
  .endr
  mov GENERAL + 8 * 1(%rcx), %rbx
  mov GENERAL + 8 * 3(%rcx), %rdx
  mov GENERAL + 8 * 4(%rcx), %rsi
  mov GENERAL + 8 * 5(%rcx), %rdi
  mov GENERAL + 8 * 6(%rcx), %rbp
  mov GENERAL + 8 * 8(%rcx), %r8
  mov GENERAL + 8 * 9(%rcx), %r9
  mov GENERAL + 8 * 10(%rcx), %r10
  mov GENERAL + 8 * 12(%rcx), %r12
  mov GENERAL + 8 * 13(%rcx), %r13
  mov GENERAL + 8 * 14(%rcx), %r14
  mov GENERAL + 8 * 15(%rcx), %r15
  mov GENERAL + 8 * 0(%rcx), %rax
  syscall
  mov AFTER(%rsp), %rcx
  mov %rax, GENERAL + 8 * 0(%rcx)
  mov %rbx, GENERAL + 8 * 1(%rcx)
  mov %rdx, GENERAL + 8 * 3(%rcx)
  mov %rsi, GENERAL + 8 * 4(%rcx)
  mov %rdi, GENERAL + 8 * 5(%rcx)
  mov %rbp, GENERAL + 8 * 6(%rcx)
  mov %r8, GENERAL + 8 * 8(%rcx)
  mov %r9, GENERAL + 8 * 9(%rcx)
  mov %r10, GENERAL + 8 * 10(%rcx)
  mov %r12, GENERAL + 8 * 12(%rcx)
  mov %r13, GENERAL + 8 * 13(%rcx)
  mov %r14, GENERAL + 8 * 14(%rcx)
  mov %r15, GENERAL + 8 * 15(%rcx)
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  mov -128 + 8 * \n(%rsp), %rax
  mov %rax, RED_ZONE + 8 * \n(%rcx)
  .endr
  pushf
  pop FLAGS(%rcx)
  cld

  cmpq $0, YMM(%rsp)
  je 3f
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  vmovdqu %ymm\n, VECTORS + 32 * \n(%rcx)
  .endr
  vzeroupper
  jmp 4f
3:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  movdqu %xmm\n, VECTORS + 32 * \n(%rcx)
  .endr
4:
  stmxcsr MXCSR(%rcx)
  fnstcw X87_CONTROL(%rcx)
  fstpl X87_TOP(%rcx)

  ldmxcsr OLD_MXCSR(%rsp)
  fldcw OLD_X87_CONTROL(%rsp)
  add $40, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
  .size call_with_registers, . - call_with_registers
#endif
  .section .note.GNU-stack, "", @progbits
