"""Writes src/table.rs: run by CPython 3.14, its output is the file."""

import _opcode, opcode, _opcode_metadata as m
codes=sorted(set(opcode.opmap.values()))
print('''//! What `_opcode` tells of each instruction of CPython 3.14: made by `generate_table.py`, which asks CPython.

/// What an instruction is like.
pub(crate) struct Entry {
    pub(crate) code: u16,
    /// Bits: has an argument, a constant, a name, a jump, a free variable, a local variable, an exception handler.
    pub(crate) has: u8,
    /// What it does to the depth of the stack without a jump, with one, and at most.
    pub(crate) effect: [i8; 3],
    /// How the argument changes that: so much for each 1.
    pub(crate) slope: i8,
    /// Only the argument's lowest bit counts.
    pub(crate) is_bit: bool,
}

const fn entry(code: u16, has: u8, effect: [i8; 3], slope: i8, is_bit: bool) -> Entry {
    Entry { code, has, effect, slope, is_bit }
}

/// By the instruction's number.
pub(crate) static TABLE: &[Entry] = &[''')
spec=set(m._specialized_opmap.values())
for c in codes:
    has=sum(bit<<i for i,bit in enumerate([_opcode.has_arg(c),_opcode.has_const(c),_opcode.has_name(c),_opcode.has_jump(c),_opcode.has_free(c),_opcode.has_local(c),_opcode.has_exc(c)]))
    def eff(a,j):
        try: return _opcode.stack_effect(c,a,jump=j) if _opcode.has_arg(c) else _opcode.stack_effect(c,jump=j)
        except ValueError: return None
    e=[eff(0,j) for j in (False,True,None)]
    if None in e: 
        print(f"    // {[n for n,v in opcode.opmap.items() if v==c]}: no effect"); continue
    a,b=eff(1,False)-e[0],eff(2,False)-e[0]
    bit = a!=0 and b==0
    slope = a
    print(f"    entry({c}, {has}, [{e[0]}, {e[1]}, {e[2]}], {slope}, {'true' if bit else 'false'}),")
print("];")
def strs(name, items):
    print(f"\n/// `{name}`\npub(crate) static {name.upper()}: &[&str] = &[")
    for i in items: print(f'    "{i}",')
    print("];")
strs("intrinsic_1",_opcode.get_intrinsic1_descs()); strs("intrinsic_2",_opcode.get_intrinsic2_descs()); strs("special_methods",_opcode.get_special_method_names())
print("\n/// `nb_ops`: names and symbols.\npub(crate) static NB_OPS: &[(&str, &str)] = &[")
for a,b in _opcode.get_nb_ops(): print(f'    ("{a}", "{b}"),')
print("];")
