//! What a tree made by hand must not be.
//!
//! The order of the checks is CPython's, so that of several mistakes the same one is told.
//!
//! Source of the rules: CPython's `Python/ast.c`.

use super::{Item, Kind, Node, Span};
use crate::code::Const;
use crate::error::{CompileError, ErrorKind};

/// Why a tree is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Is it a `TypeError`? Otherwise it is a `ValueError`.
    pub is_type_error: bool,
    /// The message.
    pub message: String,
}

impl From<Invalid> for CompileError {
    fn from(invalid: Invalid) -> Self {
        let kind = if invalid.is_type_error {
            ErrorKind::Type
        } else {
            ErrorKind::Value
        };
        Self::unplaced(kind, invalid.message)
    }
}

type Valid = Result<(), Invalid>;

fn value_error(message: impl Into<String>) -> Invalid {
    Invalid {
        is_type_error: false,
        message: message.into(),
    }
}

fn type_error(message: impl Into<String>) -> Invalid {
    Invalid {
        is_type_error: true,
        message: message.into(),
    }
}

/// The first conversion of a field that there is not. CPython finds it as late as it compiles it.
pub(crate) fn unknown_conversion(tree: &Node) -> Option<CompileError> {
    let mut rest = vec![tree];
    while let Some(node) = rest.pop() {
        if matches!(node.kind, Kind::FormattedValue | Kind::Interpolation) {
            let conversion = node.int("conversion");
            let known = [-1, i32::from(b's'), i32::from(b'r'), i32::from(b'a')];
            if !known.contains(&conversion) {
                let message = format!("Unrecognized conversion character {conversion}");
                return Some(CompileError::unplaced(ErrorKind::System, message));
            }
        }
        for item in node.fields.iter().rev() {
            match item {
                Item::Node(inner) => rest.push(inner),
                Item::List(items) => rest.extend(items.iter().rev().filter_map(Item::as_node)),
                _ => {}
            }
        }
    }
    None
}

/// Checks a whole tree.
pub(crate) fn check(tree: &Node) -> Valid {
    match tree.kind {
        Kind::Expression => maybe(tree, "body"),
        Kind::FunctionType => {
            expressions(tree, "argtypes", Kind::Load)?;
            maybe(tree, "returns")
        }
        _ => statements(tree, "body"),
    }
}

fn positions(span: Span) -> Valid {
    let Span {
        line,
        column,
        end_line,
        end_column,
    } = span;
    if line > end_line {
        return Err(value_error(format!(
            "AST node line range ({line}, {end_line}) is not valid"
        )));
    }
    if (line < 0 && end_line != line) || (column < 0 && column != end_column) {
        return Err(value_error(format!(
            "AST node column range ({column}, {end_column}) for line range ({line}, {end_line}) is not valid"
        )));
    }
    if line == end_line && column > end_column {
        return Err(value_error(format!(
            "line {line}, column {column}-{end_column} is not a valid range"
        )));
    }
    Ok(())
}

fn name(name: Option<&str>) -> Valid {
    match name {
        Some(name @ ("None" | "True" | "False")) => Err(value_error(format!(
            "identifier field can't represent '{name}' constant"
        ))),
        _ => Ok(()),
    }
}

fn not_empty(node: &Node, field: &str, owner: &str) -> Valid {
    if node.list(field).is_empty() {
        return Err(value_error(format!("empty {field} on {owner}")));
    }
    Ok(())
}

fn body(node: &Node) -> Valid {
    not_empty(node, "body", node.kind.class().name)?;
    statements(node, "body")
}

fn statements(node: &Node, field: &str) -> Valid {
    for item in node.list(field) {
        match item.as_node() {
            Some(inner) => statement(inner)?,
            None => return Err(value_error("None disallowed in statement list")),
        }
    }
    Ok(())
}

fn expressions(node: &Node, field: &str, context: Kind) -> Valid {
    for item in node.list(field) {
        match item.as_node() {
            Some(inner) => expression(inner, context)?,
            None => return Err(value_error("None disallowed in expression list")),
        }
    }
    Ok(())
}

fn maybe_expressions(node: &Node, field: &str) -> Valid {
    node.nodes(field)
        .try_for_each(|inner| expression(inner, Kind::Load))
}

/// The expression in a field, if there is one, is read.
fn maybe(node: &Node, field: &str) -> Valid {
    one(node, field, Kind::Load)
}

fn one(node: &Node, field: &str, context: Kind) -> Valid {
    node.node(field)
        .map_or(Ok(()), |inner| expression(inner, context))
}

fn keywords(node: &Node) -> Valid {
    node.nodes("keywords")
        .try_for_each(|keyword| maybe(keyword, "value"))
}

fn generators(node: &Node) -> Valid {
    if node.list("generators").is_empty() {
        return Err(value_error("comprehension with no generators"));
    }
    node.nodes("generators").try_for_each(|generator| {
        one(generator, "target", Kind::Store)?;
        maybe(generator, "iter")?;
        expressions(generator, "ifs", Kind::Load)
    })
}

fn arguments(node: &Node) -> Valid {
    let Some(arguments) = node.node("args") else {
        return Ok(());
    };
    let list = |field| {
        arguments.nodes(field).try_for_each(|parameter| {
            positions(parameter.span)?;
            maybe(parameter, "annotation")
        })
    };
    let variadic = |field| {
        arguments
            .node(field)
            .map_or(Ok(()), |parameter| maybe(parameter, "annotation"))
    };
    list("posonlyargs")?;
    list("args")?;
    variadic("vararg")?;
    list("kwonlyargs")?;
    variadic("kwarg")?;
    let count = |field| arguments.list(field).len();
    if count("defaults") > count("posonlyargs") + count("args") {
        return Err(value_error(
            "more positional defaults than args on arguments",
        ));
    }
    if count("kw_defaults") != count("kwonlyargs") {
        return Err(value_error(
            "length of kwonlyargs is not the same as kw_defaults on arguments",
        ));
    }
    expressions(arguments, "defaults", Kind::Load)?;
    maybe_expressions(arguments, "kw_defaults")
}

fn constant(node: &Node) -> Valid {
    match node.get("value") {
        Item::Unsuitable(class) => Err(type_error(format!(
            "got an invalid type in Constant: {class}"
        ))),
        _ => Ok(()),
    }
}

fn expression(node: &Node, context: Kind) -> Valid {
    positions(node.span)?;
    let context_name = |kind: Kind| kind.class().name;
    match node.kind {
        Kind::Attribute
        | Kind::Subscript
        | Kind::Starred
        | Kind::Name
        | Kind::List
        | Kind::Tuple => {
            if node.kind == Kind::Name {
                name(node.name("id"))?;
            }
            let actual = node.simple("ctx").unwrap_or(Kind::Load);
            if actual != context {
                return Err(value_error(format!(
                    "expression must have {} context but has {} instead",
                    context_name(context),
                    context_name(actual)
                )));
            }
        }
        _ if context != Kind::Load => {
            return Err(value_error(format!(
                "expression which can't be assigned to in {} context",
                context_name(context)
            )));
        }
        _ => {}
    }
    parts(node, context)
}

/// What an expression consists of.
fn parts(node: &Node, context: Kind) -> Valid {
    match node.kind {
        Kind::BoolOp => {
            if node.list("values").len() < 2 {
                return Err(value_error("BoolOp with less than 2 values"));
            }
            expressions(node, "values", Kind::Load)
        }
        Kind::BinOp => {
            maybe(node, "left")?;
            maybe(node, "right")
        }
        Kind::UnaryOp => maybe(node, "operand"),
        Kind::Lambda => {
            arguments(node)?;
            maybe(node, "body")
        }
        Kind::IfExp => {
            maybe(node, "test")?;
            maybe(node, "body")?;
            maybe(node, "orelse")
        }
        Kind::Dict => {
            if node.list("keys").len() != node.list("values").len() {
                return Err(value_error(
                    "Dict doesn't have the same number of keys as values",
                ));
            }
            maybe_expressions(node, "keys")?;
            expressions(node, "values", Kind::Load)
        }
        Kind::Set => expressions(node, "elts", Kind::Load),
        Kind::ListComp | Kind::SetComp | Kind::GeneratorExp => {
            generators(node)?;
            maybe(node, "elt")
        }
        Kind::DictComp => {
            generators(node)?;
            maybe(node, "key")?;
            maybe(node, "value")
        }
        Kind::Yield | Kind::YieldFrom | Kind::Await | Kind::Attribute => maybe(node, "value"),
        Kind::Compare => {
            let count = node.list("comparators").len();
            if count == 0 {
                return Err(value_error("Compare with no comparators"));
            }
            if count != node.list("ops").len() {
                return Err(value_error(
                    "Compare has a different number of comparators and operands",
                ));
            }
            expressions(node, "comparators", Kind::Load)?;
            maybe(node, "left")
        }
        Kind::Call => {
            maybe(node, "func")?;
            expressions(node, "args", Kind::Load)?;
            keywords(node)
        }
        Kind::Constant => constant(node),
        Kind::JoinedStr | Kind::TemplateStr => expressions(node, "values", Kind::Load),
        Kind::FormattedValue | Kind::Interpolation => {
            maybe(node, "value")?;
            maybe(node, "format_spec")
        }
        Kind::Subscript => {
            maybe(node, "slice")?;
            maybe(node, "value")
        }
        Kind::Starred => one(node, "value", context),
        Kind::Slice => {
            maybe(node, "lower")?;
            maybe(node, "upper")?;
            maybe(node, "step")
        }
        Kind::List | Kind::Tuple => expressions(node, "elts", context),
        Kind::NamedExpr => {
            if node.node("target").map(|target| target.kind) != Some(Kind::Name) {
                return Err(type_error("NamedExpr target must be a Name"));
            }
            maybe(node, "value")
        }
        _ => Ok(()),
    }
}

fn is_number(node: Option<&Node>, real: bool, imaginary: bool) -> bool {
    match node.and_then(Node::constant) {
        Some(Const::Int(_) | Const::BigInt(_) | Const::Float(_)) => real,
        Some(Const::Complex { .. }) => imaginary,
        _ => false,
    }
}

fn is_negative(node: &Node, imaginary: bool) -> bool {
    node.simple("op") == Some(Kind::USub) && is_number(node.node("operand"), true, imaginary)
}

fn is_complex(node: &Node) -> bool {
    let operator = matches!(node.simple("op"), Some(Kind::Add | Kind::Sub));
    let left = match node.node("left") {
        Some(left) if left.kind == Kind::UnaryOp => is_negative(left, false),
        left => is_number(left, true, false),
    };
    operator && left && is_number(node.node("right"), false, true)
}

fn value_in_pattern(node: &Node) -> Valid {
    expression(node, Kind::Load)?;
    let fits = match node.kind {
        Kind::Constant => {
            return match node.constant() {
                Some(
                    Const::Int(_)
                    | Const::BigInt(_)
                    | Const::Float(_)
                    | Const::Complex { .. }
                    | Const::Bytes(_)
                    | Const::Str(_),
                ) => Ok(()),
                _ => Err(value_error(
                    "unexpected constant inside of a literal pattern",
                )),
            };
        }
        Kind::Attribute | Kind::JoinedStr | Kind::TemplateStr => true,
        Kind::UnaryOp => is_negative(node, true),
        Kind::BinOp => is_complex(node),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(value_error(
        "patterns may only match literals and attribute lookups",
    ))
}

fn capture(captured: Option<&str>) -> Valid {
    if captured == Some("_") {
        return Err(value_error("can't capture name '_' in patterns"));
    }
    name(captured)
}

fn patterns(node: &Node, field: &str, star: bool) -> Valid {
    for item in node.list(field) {
        match item.as_node() {
            Some(inner) => pattern(inner, star)?,
            None => return Err(value_error("None disallowed in pattern list")),
        }
    }
    Ok(())
}

fn pattern(node: &Node, star: bool) -> Valid {
    positions(node.span)?;
    match node.kind {
        Kind::MatchValue => node.node("value").map_or(Ok(()), value_in_pattern),
        Kind::MatchSingleton => match node.get("value") {
            Item::Constant(Const::None | Const::Bool(_)) => Ok(()),
            _ => Err(value_error(
                "MatchSingleton can only contain True, False and None",
            )),
        },
        Kind::MatchSequence => patterns(node, "patterns", true),
        Kind::MatchMapping => mapping(node),
        Kind::MatchClass => class(node),
        Kind::MatchStar => {
            if !star {
                return Err(value_error("can't use MatchStar here"));
            }
            capture(node.name("name"))
        }
        Kind::MatchAs => {
            capture(node.name("name"))?;
            match (node.node("pattern"), node.name("name")) {
                (None, _) => Ok(()),
                (Some(_), None) => Err(value_error(
                    "MatchAs must specify a target name if a pattern is given",
                )),
                (Some(inner), Some(_)) => pattern(inner, false),
            }
        }
        _ => {
            if node.list("patterns").len() < 2 {
                return Err(value_error("MatchOr requires at least 2 patterns"));
            }
            patterns(node, "patterns", false)
        }
    }
}

fn mapping(node: &Node) -> Valid {
    if node.list("keys").len() != node.list("patterns").len() {
        return Err(value_error(
            "MatchMapping doesn't have the same number of keys as patterns",
        ));
    }
    capture(node.name("rest"))?;
    for key in node.nodes("keys") {
        if !matches!(key.constant(), Some(Const::None | Const::Bool(_))) {
            value_in_pattern(key)?;
        }
    }
    patterns(node, "patterns", false)
}

fn class(node: &Node) -> Valid {
    if node.list("kwd_attrs").len() != node.list("kwd_patterns").len() {
        return Err(value_error(
            "MatchClass doesn't have the same number of keyword attributes as patterns",
        ));
    }
    maybe(node, "cls")?;
    let mut class = node.node("cls");
    while let Some(of) = class.filter(|of| of.kind == Kind::Attribute) {
        class = of.node("value");
    }
    if class.map(|class| class.kind) != Some(Kind::Name) {
        return Err(value_error(
            "MatchClass cls field can only contain Name or Attribute nodes.",
        ));
    }
    for attribute in node.list("kwd_attrs") {
        if let Item::Name(attribute) = attribute {
            name(Some(attribute))?;
        }
    }
    patterns(node, "patterns", false)?;
    patterns(node, "kwd_patterns", false)
}

fn type_params(node: &Node) -> Valid {
    node.nodes("type_params").try_for_each(|parameter| {
        positions(parameter.span)?;
        name(parameter.name("name"))?;
        if parameter.kind == Kind::TypeVar {
            maybe(parameter, "bound")?;
        }
        maybe(parameter, "default_value")
    })
}

fn targets(node: &Node, context: Kind) -> Valid {
    not_empty(node, "targets", node.kind.class().name)?;
    expressions(node, "targets", context)
}

fn handlers(node: &Node) -> Valid {
    body(node)?;
    let owner = node.kind.class().name;
    let none = node.list("handlers").is_empty();
    if none && node.list("finalbody").is_empty() {
        return Err(value_error(format!(
            "{owner} has neither except handlers nor finalbody"
        )));
    }
    if none && !node.list("orelse").is_empty() {
        return Err(value_error(format!(
            "{owner} has orelse but no except handlers"
        )));
    }
    for item in node.list("handlers") {
        let Some(handler) = item.as_node() else {
            return Err(value_error("None disallowed in handler list"));
        };
        if node.kind == Kind::Try {
            positions(handler.span)?;
        }
        maybe(handler, "type")?;
        name(handler.name("name"))?;
        body(handler)?;
    }
    statements(node, "finalbody")?;
    statements(node, "orelse")
}

fn statement(node: &Node) -> Valid {
    positions(node.span)?;
    let owner = node.kind.class().name;
    match node.kind {
        Kind::FunctionDef | Kind::AsyncFunctionDef => {
            name(node.name("name"))?;
            body(node)?;
            type_params(node)?;
            arguments(node)?;
            expressions(node, "decorator_list", Kind::Load)?;
            maybe(node, "returns")
        }
        Kind::ClassDef => {
            name(node.name("name"))?;
            body(node)?;
            type_params(node)?;
            expressions(node, "bases", Kind::Load)?;
            keywords(node)?;
            expressions(node, "decorator_list", Kind::Load)
        }
        Kind::Return | Kind::Expr => maybe(node, "value"),
        Kind::Delete => targets(node, Kind::Del),
        Kind::Assign => {
            targets(node, Kind::Store)?;
            maybe(node, "value")
        }
        Kind::AugAssign => {
            one(node, "target", Kind::Store)?;
            maybe(node, "value")
        }
        Kind::AnnAssign => {
            let is_name = node.node("target").map(|target| target.kind) == Some(Kind::Name);
            if !is_name && node.int("simple") != 0 {
                return Err(type_error("AnnAssign with simple non-Name target"));
            }
            one(node, "target", Kind::Store)?;
            maybe(node, "value")?;
            maybe(node, "annotation")
        }
        Kind::TypeAlias => {
            if node.node("name").map(|name| name.kind) != Some(Kind::Name) {
                return Err(type_error("TypeAlias with non-Name name"));
            }
            one(node, "name", Kind::Store)?;
            type_params(node)?;
            maybe(node, "value")
        }
        Kind::For | Kind::AsyncFor => {
            one(node, "target", Kind::Store)?;
            maybe(node, "iter")?;
            body(node)?;
            statements(node, "orelse")
        }
        Kind::While | Kind::If => {
            maybe(node, "test")?;
            body(node)?;
            statements(node, "orelse")
        }
        Kind::With | Kind::AsyncWith => {
            not_empty(node, "items", owner)?;
            for item in node.nodes("items") {
                maybe(item, "context_expr")?;
                one(item, "optional_vars", Kind::Store)?;
            }
            body(node)
        }
        Kind::Match => {
            maybe(node, "subject")?;
            not_empty(node, "cases", owner)?;
            node.nodes("cases").try_for_each(|case| {
                case.node("pattern")
                    .map_or(Ok(()), |inner| pattern(inner, false))?;
                maybe(case, "guard")?;
                body(case)
            })
        }
        Kind::Raise => {
            if node.node("exc").is_none() && node.node("cause").is_some() {
                return Err(value_error("Raise with cause but no exception"));
            }
            maybe(node, "exc")?;
            maybe(node, "cause")
        }
        Kind::Try | Kind::TryStar => handlers(node),
        Kind::Assert => {
            maybe(node, "test")?;
            maybe(node, "msg")
        }
        Kind::ImportFrom if node.int("level") < 0 => Err(value_error("Negative ImportFrom level")),
        Kind::Import | Kind::ImportFrom => {
            not_empty(node, "names", owner)?;
            node.nodes("names").try_for_each(|alias| {
                name(alias.name("name"))?;
                name(alias.name("asname"))
            })
        }
        Kind::Global | Kind::Nonlocal => not_empty(node, "names", owner),
        _ => Ok(()),
    }
}
