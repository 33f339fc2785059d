//! The compiler's symbol tables in plain data: what the module `symtable` shows.

use std::collections::HashSet;

use rustpython_codegen::symboltable::{
    CompilerScope, Symbol, SymbolFlags, SymbolScope, SymbolTable,
};

/// What a block is; the numbers are CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TableKind {
    /// A function, lambda or generator expression.
    Function = 0,
    /// A class.
    Class = 1,
    /// A module.
    Module = 2,
    /// Annotations.
    Annotation = 3,
    /// The value of a type alias.
    TypeAlias = 4,
    /// The scope of type parameters.
    TypeParameters = 5,
    /// The bound, constraints or default of a type variable.
    TypeVariable = 6,
}

/// How far left the scope stands in [`Table::symbols`].
pub const SCOPE_OFFSET: u32 = 12;

/// A block's symbols.
#[derive(Clone, Debug)]
pub struct Table {
    /// A number that no other table of the program has.
    pub id: usize,
    /// The block's name; `top` for a module.
    pub name: Box<str>,
    /// What it is.
    pub kind: TableKind,
    /// Where it begins.
    pub line: u32,
    /// Is it within a function?
    pub nested: bool,
    /// The parameters and comprehensions' variables, in order.
    pub varnames: Vec<Box<str>>,
    /// Names with CPython's flags and, above [`SCOPE_OFFSET`], scope.
    pub symbols: Vec<(Box<str>, u32)>,
    /// The blocks within, in the order in which they were met.
    pub children: Vec<Table>,
}

/// The flag of a name that is read.
const USE: u32 = SymbolFlags::USE.bits() as u32;
/// The flag of a class's name that is a free variable of one of its methods.
const FREE_CLASS: u32 = SymbolFlags::DEF_FREE_CLASS.bits() as u32;

/// Takes a table over, and those within.
pub(crate) fn convert(table: &SymbolTable) -> Table {
    let annotations = table.annotation_block.as_deref();
    // Annotations that are not evaluated have a table that nobody sees.
    let annotations = annotations.filter(|_| !table.future_annotations);
    let mut children: Vec<&SymbolTable> = table.sub_tables.iter().chain(annotations).collect();
    children.sort_by_key(|child| child.block_index);
    let mut read = HashSet::new();
    read_by_comprehensions(table, &mut read);
    let symbols = table.symbols.values().map(|symbol| {
        let scope = symbol.scope.as_i32().unsigned_abs() << SCOPE_OFFSET;
        let mut flags = u32::from(symbol.flags.bits());
        if read.contains(symbol.name.as_str()) {
            flags |= USE;
        }
        if flags & FREE_CLASS != 0 && !is_free_class(table, symbol, &children) {
            flags &= !FREE_CLASS;
        }
        (symbol.name.as_str().into(), flags | scope)
    });
    Table {
        id: table.block_index + 1,
        name: table.name.as_str().into(),
        kind: kind(table.typ),
        line: table.line_number,
        nested: table.is_nested,
        varnames: table
            .varnames
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        symbols: symbols.collect(),
        children: children.into_iter().map(convert).collect(),
    }
}

/// The compiler sets the flag for any free variable of a class; CPython, for a name that the class itself knows.
fn is_free_class(table: &SymbolTable, symbol: &Symbol, children: &[&SymbolTable]) -> bool {
    let known = u32::from(symbol.flags.bits()) & !FREE_CLASS != 0;
    let is_free = |child: &&SymbolTable| {
        let found = child.lookup(&symbol.name);
        found.is_some_and(|found| found.scope == SymbolScope::Free)
    };
    table.typ == CompilerScope::Class && known && children.iter().any(is_free)
}

/// The names that comprehensions read which are part of the block around them. One that another of them binds is taken for that one's: which of them
/// are within which, the compiler does not keep.
fn read_by_comprehensions<'t>(table: &'t SymbolTable, read: &mut HashSet<&'t str>) {
    let all = || table.inlined_comprehension_blocks.iter();
    let symbols = || all().flat_map(|inner| inner.symbols.values());
    for inner in all() {
        read_by_comprehensions(inner, read);
    }
    let used = symbols().filter(|symbol| symbol.flags.contains(SymbolFlags::USE));
    read.extend(used.map(|symbol| symbol.name.as_str()));
    let is_class = table.typ == CompilerScope::Class;
    let own = table.symbols.values().filter(|_| is_class);
    for symbol in symbols().chain(own).filter(|symbol| symbol.is_bound()) {
        read.remove(symbol.name.as_str());
    }
}

fn kind(scope: CompilerScope) -> TableKind {
    match scope {
        CompilerScope::Module => TableKind::Module,
        CompilerScope::Class => TableKind::Class,
        CompilerScope::Function
        | CompilerScope::AsyncFunction
        | CompilerScope::Lambda
        | CompilerScope::Comprehension => TableKind::Function,
        CompilerScope::TypeParams => TableKind::TypeParameters,
        CompilerScope::Annotation => TableKind::Annotation,
        CompilerScope::TypeAlias => TableKind::TypeAlias,
        CompilerScope::TypeVariable => TableKind::TypeVariable,
    }
}
