//! Names that this package looks up.

grwl_object::names! {
    ABSTRACTMETHODS = "__abstractmethods__";
    ANNOTATE = "__annotate__";
    ANNOTATE_FUNC = "__annotate_func__";
    ANNOTATIONS = "__annotations__";
    ANNOTATIONS_CACHE = "__annotations_cache__";
    BASES = "__bases__";
    CLASS = "__class__";
    CLASS_GETITEM = "__class_getitem__";
    DICT = "__dict__";
    DIR = "__dir__";
    DOC = "__doc__";
    FILE = "__file__";
    FUNC = "__func__";
    GETATTR = "__getattr__";
    GETNEWARGS = "__getnewargs__";
    GETNEWARGS_EX = "__getnewargs_ex__";
    GETSTATE = "__getstate__";
    IS_ABSTRACT = "__isabstractmethod__";
    ITEMS = "items";
    LAZY_SPEC = "__spec__";
    MODULE = "__module__";
    MRO_ENTRIES = "__mro_entries__";
    NAME = "__name__";
    NEWOBJ = "__newobj__";
    NEWOBJ_EX = "__newobj_ex__";
    ORIG_CLASS = "__orig_class__";
    ORIGIN = "__origin__";
    ARGS = "__args__";
    PARAMETERS = "__parameters__";
    QUALNAME = "__qualname__";
    REDUCE = "__reduce__";
    REDUCE_EX = "_reduce_ex";
    SELF = "__self__";
    SLOTNAMES = "__slotnames__";
    SLOTNAMES_OF = "_slotnames";
    SUBST = "__typing_subst__";
    PREPARE_SUBST = "__typing_prepare_subst__";
    UNPACKED = "__typing_is_unpacked_typevartuple__";
    UNPACKED_ARGS = "__typing_unpacked_tuple_args__";
    TYPE_PARAMS = "__type_params__";
    WRAPPED = "__wrapped__";
    GETATTR_FUNCTION = "getattr";
    REPLACE = "__replace__";
    INITIALIZING = "_initializing";
}
