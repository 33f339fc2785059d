# Pickles that no pickler writes: which are refused, and how.
import pickle

PICKLES = [
    b"I 12 \n.", b"I1_0\n.", b"I010\n.", b"Ix\n.", b"I\xff\n.", b"L\xc2\x8512\n.", b"L\x8512\n.", b"L\xd9\xa1L\n.", b"Np\x850\n.",
    b"L12L\n.", b"L12LL\n.", b"Lx\n.", b"LL\n.",
    b"F1.5\n.", b"Fx\n.", b"F 1.5 \n.", b"F1.5 \n.", b"F1_0\n.", b"Fx y\n.", b"F\n.", b"Fnan\n.", b"F-2e+0e+00\n.", b"F-infx\n.", b"F-inf\n.", b"F1e999\n.", b"F-x\n.", b"F_1\n.",
    b"S'\n.", b"S''\n.", b"Sabc\n.", b"S'abc\\x41'\n.", b"S'abc\"\n.",
    b"X\x02\x00\x00\x00\xff\xfe.", b"X\x05\x00\x00\x00a",
    b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.",
    b"\x96\xff\xff\xff\xff\xff\xff\xff\xff.",
    b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN.",
    b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00N.",
    b"\x8b\xff\xff\xff\xff.", b"\x8a\x00.",
    b"(NNNd.", b"}(NNNu.", b"Nb.", b"N}b.", b"NNR.", b"NN\x81.",
    b"cbuiltins\nint\nN\x81.", b"cbuiltins\nint\n)N\x92.",
    b"(ibuiltins\nint\n.", b"ibuiltins\nint\n.", b"ix", b"px\n.", b"Npx\n.", b"gx\n.", b"(o.", b"NNa.", b"N(NNe.", b"N(e.", b"N(N\x90.",
    b".", b"N(.", b"0.", b"(0N.", b"2.", b"N\x86.", b"N(N\x86.", b"NN\x93.", b"\x94.",
    b"g-1\n.", b"Np-1\n.", b"\x80\x06N.", b"\x97.", b"\x82\x00.", b"\x82\x01.", b"\x84\xff\xff\xff\xff.",
    b"Pabc\n.", b"NQ.", b"\xff", b"'", b"\\", b"z", b"~", b"\x7f", b"",
]
for data in PICKLES:
    try:
        print(data, repr(pickle.loads(data)))
    except Exception as error:
        print(data, type(error).__name__, error)
