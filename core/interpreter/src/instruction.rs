//! What each instruction of CPython 3.14 is like: the table is made by `modules/opcode/generate_table.py`, which asks CPython.

/// What an instruction is like.
pub struct Instruction {
    /// Its number; pseudo-instructions have one, too.
    pub code: u16,
    /// Bits: has an argument, a constant, a name, a jump, a free variable, a local variable, an exception handler.
    pub has: u8,
    /// What it does to the depth of the stack without a jump, with one, and at most.
    effect: [i8; 3],
    /// How the argument changes that: so much for each 1.
    slope: i8,
    /// Only the argument's lowest bit counts.
    is_bit: bool,
}

const fn instruction(code: u16, has: u8, effect: [i8; 3], slope: i8, is_bit: bool) -> Instruction {
    Instruction {
        code,
        has,
        effect,
        slope,
        is_bit,
    }
}

/// By the instruction's number.
static TABLE: &[Instruction] = &[
    instruction(0, 0, [0, 0, 0], 0, false),
    instruction(1, 0, [-2, -2, -2], 0, false),
    instruction(2, 0, [-1, -1, -1], 0, false),
    instruction(4, 0, [-3, -3, -3], 0, false),
    instruction(5, 0, [0, 0, 0], 0, false),
    instruction(6, 0, [0, 0, 0], 0, false),
    instruction(7, 0, [-1, -1, -1], 0, false),
    instruction(8, 0, [-2, -2, -2], 0, false),
    instruction(9, 0, [-1, -1, -1], 0, false),
    instruction(10, 0, [-1, -1, -1], 0, false),
    instruction(11, 0, [-1, -1, -1], 0, false),
    instruction(12, 0, [0, 0, 0], 0, false),
    instruction(13, 0, [-1, -1, -1], 0, false),
    instruction(14, 0, [0, 0, 0], 0, false),
    instruction(15, 0, [1, 1, 1], 0, false),
    instruction(16, 0, [0, 0, 0], 0, false),
    instruction(17, 0, [0, 0, 0], 0, false),
    instruction(18, 0, [1, 1, 1], 0, false),
    instruction(19, 0, [0, 0, 0], 0, false),
    instruction(20, 0, [-1, -1, -1], 0, false),
    instruction(21, 0, [1, 1, 1], 0, false),
    instruction(22, 0, [1, 1, 1], 0, false),
    instruction(23, 0, [0, 0, 0], 0, false),
    instruction(24, 0, [1, 1, 1], 0, false),
    instruction(25, 0, [1, 1, 1], 0, false),
    instruction(26, 0, [1, 1, 1], 0, false),
    instruction(27, 0, [0, 0, 0], 0, false),
    instruction(28, 0, [0, 0, 0], 0, false),
    instruction(29, 0, [-1, -1, -1], 0, false),
    instruction(30, 0, [-1, -1, -1], 0, false),
    instruction(31, 0, [-1, -1, -1], 0, false),
    instruction(32, 0, [1, 1, 1], 0, false),
    instruction(33, 0, [1, 1, 1], 0, false),
    instruction(34, 0, [1, 1, 1], 0, false),
    instruction(35, 0, [0, 0, 0], 0, false),
    instruction(36, 0, [0, 0, 0], 0, false),
    instruction(37, 0, [-4, -4, -4], 0, false),
    instruction(38, 0, [-3, -3, -3], 0, false),
    instruction(39, 0, [0, 0, 0], 0, false),
    instruction(40, 0, [0, 0, 0], 0, false),
    instruction(41, 0, [0, 0, 0], 0, false),
    instruction(42, 0, [0, 0, 0], 0, false),
    instruction(43, 0, [1, 1, 1], 0, false),
    instruction(44, 1, [-1, -1, -1], 0, false),
    instruction(45, 1, [-1, -1, -1], -1, true),
    instruction(46, 1, [1, 1, 1], -1, false),
    instruction(47, 1, [1, 1, 1], -2, false),
    instruction(48, 1, [1, 1, 1], -1, false),
    instruction(49, 1, [1, 1, 1], -1, false),
    instruction(50, 1, [1, 1, 1], -1, false),
    instruction(51, 1, [1, 1, 1], -1, false),
    instruction(52, 1, [-1, -1, -1], -1, false),
    instruction(53, 1, [0, 0, 0], 0, false),
    instruction(54, 1, [-1, -1, -1], 0, false),
    instruction(55, 1, [-2, -2, -2], -1, false),
    instruction(56, 1, [-1, -1, -1], 0, false),
    instruction(57, 1, [-1, -1, -1], 0, false),
    instruction(58, 1, [0, 0, 0], 0, false),
    instruction(59, 1, [1, 1, 1], 0, false),
    instruction(60, 1, [0, 0, 0], 0, false),
    instruction(61, 5, [-1, -1, -1], 0, false),
    instruction(62, 17, [0, 0, 0], 0, false),
    instruction(63, 33, [0, 0, 0], 0, false),
    instruction(64, 5, [0, 0, 0], 0, false),
    instruction(65, 5, [0, 0, 0], 0, false),
    instruction(66, 1, [-1, -1, -1], 0, false),
    instruction(67, 1, [-1, -1, -1], 0, false),
    instruction(68, 9, [-2, -2, -2], 0, false),
    instruction(69, 1, [0, 0, 0], 0, false),
    instruction(70, 9, [1, 1, 1], 0, false),
    instruction(71, 1, [0, 0, 0], 0, false),
    instruction(72, 5, [1, 1, 1], 0, false),
    instruction(73, 5, [-1, -1, -1], 0, false),
    instruction(74, 1, [-1, -1, -1], 0, false),
    instruction(75, 9, [0, 0, 0], 0, false),
    instruction(76, 9, [0, 0, 0], 0, false),
    instruction(77, 9, [0, 0, 0], 0, false),
    instruction(78, 1, [-1, -1, -1], 0, false),
    instruction(79, 1, [-1, -1, -1], 0, false),
    instruction(80, 5, [0, 0, 0], 1, true),
    instruction(81, 1, [1, 1, 1], 0, false),
    instruction(82, 3, [1, 1, 1], 0, false),
    instruction(83, 33, [1, 1, 1], 0, false),
    instruction(84, 33, [1, 1, 1], 0, false),
    instruction(85, 33, [1, 1, 1], 0, false),
    instruction(86, 33, [1, 1, 1], 0, false),
    instruction(87, 33, [2, 2, 2], 0, false),
    instruction(88, 33, [1, 1, 1], 0, false),
    instruction(89, 33, [2, 2, 2], 0, false),
    instruction(90, 17, [0, 0, 0], 0, false),
    instruction(91, 5, [0, 0, 0], 0, false),
    instruction(92, 5, [1, 1, 1], 1, true),
    instruction(93, 5, [1, 1, 1], 0, false),
    instruction(94, 1, [1, 1, 1], 0, false),
    instruction(95, 1, [1, 1, 1], 0, false),
    instruction(96, 5, [-2, -2, -2], 1, true),
    instruction(97, 17, [0, 0, 0], 0, false),
    instruction(98, 1, [-2, -2, -2], 0, false),
    instruction(99, 1, [-2, -2, -2], 0, false),
    instruction(100, 9, [-1, -1, -1], 0, false),
    instruction(101, 9, [-1, -1, -1], 0, false),
    instruction(102, 9, [-1, -1, -1], 0, false),
    instruction(103, 9, [-1, -1, -1], 0, false),
    instruction(104, 1, [0, 0, 0], -1, false),
    instruction(105, 1, [-1, -1, -1], 0, false),
    instruction(106, 9, [0, 0, 0], 0, false),
    instruction(107, 1, [-1, -1, -1], 0, false),
    instruction(108, 1, [-1, -1, -1], 0, false),
    instruction(109, 1, [-1, -1, -1], 0, false),
    instruction(110, 5, [-2, -2, -2], 0, false),
    instruction(111, 17, [-1, -1, -1], 0, false),
    instruction(112, 33, [-1, -1, -1], 0, false),
    instruction(113, 33, [0, 0, 0], 0, false),
    instruction(114, 33, [-2, -2, -2], 0, false),
    instruction(115, 5, [-1, -1, -1], 0, false),
    instruction(116, 5, [-1, -1, -1], 0, false),
    instruction(117, 1, [0, 0, 0], 0, false),
    instruction(118, 1, [0, 0, 0], 1, false),
    instruction(119, 1, [-1, -1, -1], 1, false),
    instruction(120, 1, [0, 0, 0], 0, false),
    instruction(128, 1, [0, 0, 0], 0, false),
    instruction(234, 0, [-1, -1, -1], 0, false),
    instruction(235, 0, [-1, -1, -1], 0, false),
    instruction(236, 0, [-1, -1, -1], 0, false),
    instruction(237, 9, [1, 1, 1], 0, false),
    instruction(238, 0, [0, 0, 0], 0, false),
    instruction(239, 1, [0, 0, 0], 0, false),
    instruction(240, 0, [0, 0, 0], 0, false),
    instruction(241, 1, [-1, -1, -1], 0, false),
    instruction(242, 1, [-1, -1, -1], 0, false),
    instruction(243, 1, [-1, -1, -1], 0, false),
    instruction(244, 1, [-1, -1, -1], 0, false),
    instruction(245, 1, [0, 0, 0], 0, false),
    instruction(246, 0, [0, 0, 0], 0, false),
    instruction(247, 1, [0, 0, 0], 0, false),
    instruction(248, 9, [-2, -2, -2], 0, false),
    instruction(249, 5, [-2, -2, -2], 1, true),
    instruction(250, 1, [-1, -1, -1], -1, false),
    instruction(251, 1, [-2, -2, -2], -1, false),
    instruction(252, 0, [-3, -3, -3], 0, false),
    instruction(253, 1, [0, 0, 0], 0, false),
    instruction(254, 0, [0, 0, 0], 0, false),
    instruction(255, 1, [0, 0, 0], 0, false),
    instruction(256, 0, [0, 0, 0], 0, false),
    instruction(257, 9, [0, 0, 0], 0, false),
    instruction(258, 9, [0, 0, 0], 0, false),
    instruction(259, 9, [0, 0, 0], 0, false),
    instruction(260, 9, [0, 0, 0], 0, false),
    instruction(261, 33, [1, 1, 1], 0, false),
    instruction(262, 0, [0, 0, 0], 0, false),
    instruction(263, 65, [0, 2, 2], 0, false),
    instruction(264, 65, [0, 1, 1], 0, false),
    instruction(265, 65, [0, 1, 1], 0, false),
    instruction(266, 33, [-1, -1, -1], 0, false),
];

/// Its argument is two numbers.
const UNPACK_EX: u16 = 118;

impl Instruction {
    /// The instruction with a number.
    pub fn find(code: i32) -> Option<&'static Self> {
        let code = u16::try_from(code).ok()?;
        let index = TABLE.binary_search_by_key(&code, |entry| entry.code).ok()?;
        Some(&TABLE[index])
    }

    /// How it changes the depth of the stack: without a jump, with one, or at most.
    pub fn effect(&self, argument: i64, which: Which) -> i64 {
        let counted = match self.code {
            _ if self.is_bit => argument & 1,
            // The rest goes into a list of its own, whose length is in the upper bits.
            UNPACK_EX => (argument & 0xff) + (argument >> 8),
            _ => argument,
        };
        i64::from(self.effect[which as usize]) + i64::from(self.slope) * counted
    }
}

/// Of which effect is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Which {
    /// It does not jump.
    Through,
    /// It jumps.
    Jump,
    /// The larger one.
    Most,
}
