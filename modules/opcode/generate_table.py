"""Run by CPython 3.14: prints src/table.rs or, with the argument `instructions`, the lines of the table in core/interpreter/src/instruction.rs."""

import sys
import _opcode, opcode, _opcode_metadata as m
codes=sorted(set(opcode.opmap.values()))
if sys.argv[1:] == ['instructions']:
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
        print(f"    instruction({c}, {has}, [{e[0]}, {e[1]}, {e[2]}], {slope}, {'true' if bit else 'false'}),")
    raise SystemExit
print("//! Names that `_opcode` knows, of CPython 3.14: made by `generate_table.py`, which asks CPython.")
def strs(name, items):
    print(f"\n/// `{name}`\npub(crate) static {name.upper()}: &[&str] = &[")
    for i in items: print(f'    "{i}",')
    print("];")
strs("intrinsic_1",_opcode.get_intrinsic1_descs()); strs("intrinsic_2",_opcode.get_intrinsic2_descs()); strs("special_methods",_opcode.get_special_method_names())
print("\n/// `nb_ops`: names and symbols.\npub(crate) static NB_OPS: &[(&str, &str)] = &[")
for a,b in _opcode.get_nb_ops(): print(f'    ("{a}", "{b}"),')
print("];")
