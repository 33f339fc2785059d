//! The collecting thread's own native roots.
//!
//! Other threads publish theirs when they become Safe; the collecting thread is Running, so its
//! callee-saved registers are stored here, on its stack, and its stack is scanned from here on up.
//!
//! Below that, and in what a frame never wrote, lies what earlier calls left: it keeps cells alive that nobody has. So the address is
//! taken before the collector's own frames, and by who collects for a program, in a small frame of its own ([`Heap::collect_above`](crate::Heap::collect_above)).

/// Runs `act` with the address from which the calling thread's stack holds all
/// of its callers' values, those in callee-saved registers included.
#[inline(never)]
pub fn with_stack_from<R>(act: impl FnOnce(usize) -> R) -> R {
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    compile_error!("grwl knows the registers of x86-64 and aarch64 only");
    #[cfg(target_arch = "x86_64")]
    let mut registers = [0usize; 6];
    #[cfg(target_arch = "aarch64")]
    let mut registers = [0usize; 12];
    let into = registers.as_mut_ptr();
    // SAFETY: the stores stay inside `registers`.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!(
            "mov [{p}], rbx", "mov [{p} + 8], rbp", "mov [{p} + 16], r12",
            "mov [{p} + 24], r13", "mov [{p} + 32], r14", "mov [{p} + 40], r15",
            p = in(reg) into,
            options(nostack, preserves_flags)
        );
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!(
            "stp x19, x20, [{p}]", "stp x21, x22, [{p}, #16]", "stp x23, x24, [{p}, #32]",
            "stp x25, x26, [{p}, #48]", "stp x27, x28, [{p}, #64]", "stp x29, x30, [{p}, #80]",
            p = in(reg) into,
            options(nostack, preserves_flags)
        );
    }
    let result = act(into as usize);
    // The array stays where it is until `act` has returned.
    std::hint::black_box(&mut registers);
    result
}
