//! Writes the archive that `src/archive.rs` reads; the layout stands there.
//!
//! Code is compressed with LZ4, which is unpacked fastest, module by module; source and data, which hardly anybody
//! asks for, with zlib, which is smaller.

/// Compressed bytes.
pub(crate) struct Packed {
    bytes: Vec<u8>,
    full: usize,
}

impl Packed {
    pub(crate) fn lz4(content: &[u8]) -> Self {
        Self {
            bytes: lz4_flex::block::compress(content),
            full: content.len(),
        }
    }

    pub(crate) fn zlib(content: &[u8]) -> Self {
        let mut room = vec![0; zlib_rs::compress_bound(content.len())];
        let config = zlib_rs::DeflateConfig::new(9);
        let (bytes, code) = zlib_rs::compress_slice(&mut room, content, config);
        assert!(
            matches!(code, zlib_rs::ReturnCode::Ok),
            "compressing failed"
        );
        let len = bytes.len();
        room.truncate(len);
        Self {
            bytes: room,
            full: content.len(),
        }
    }
}

/// A module.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) is_package: bool,
    pub(crate) code: Packed,
    pub(crate) source: Packed,
}

/// A file that is no module.
pub(crate) struct Data {
    pub(crate) path: String,
    pub(crate) content: Packed,
}

const HEAD: usize = 8;
const MODULE: usize = 11 * 4;
const DATA: usize = 5 * 4;

/// The archive.
pub(crate) fn write(mut modules: Vec<Module>, mut data: Vec<Data>) -> Vec<u8> {
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    data.sort_by(|a, b| a.path.cmp(&b.path));
    for pair in modules.windows(2) {
        assert!(pair[0].name != pair[1].name, "{} twice", pair[0].name);
    }
    let mut writer = Writer {
        head: Vec::new(),
        body_at: HEAD + modules.len() * MODULE + data.len() * DATA,
        body: Vec::new(),
    };
    writer.number(modules.len());
    writer.number(data.len());
    // The names stand together, that a search touches few pages; so does the code.
    let names: Vec<_> = modules
        .iter()
        .map(|m| writer.put(m.name.as_bytes()))
        .collect();
    let paths: Vec<_> = modules
        .iter()
        .map(|m| writer.put(m.path.as_bytes()))
        .collect();
    let codes: Vec<_> = modules.iter().map(|m| writer.put(&m.code.bytes)).collect();
    for (index, module) in modules.iter().enumerate() {
        let source = writer.put(&module.source.bytes);
        let (name, path, code) = (names[index], paths[index], codes[index]);
        for number in [
            name,
            module.name.len(),
            path,
            module.path.len(),
            usize::from(module.is_package),
            code,
            module.code.bytes.len(),
            module.code.full,
            source,
            module.source.bytes.len(),
            module.source.full,
        ] {
            writer.number(number);
        }
    }
    for file in &data {
        let path = writer.put(file.path.as_bytes());
        let content = writer.put(&file.content.bytes);
        for number in [
            path,
            file.path.len(),
            content,
            file.content.bytes.len(),
            file.content.full,
        ] {
            writer.number(number);
        }
    }
    let Writer {
        mut head,
        body_at,
        body,
    } = writer;
    assert_eq!(head.len(), body_at);
    head.extend(body);
    head
}

struct Writer {
    head: Vec<u8>,
    body_at: usize,
    body: Vec<u8>,
}

impl Writer {
    fn number(&mut self, value: usize) {
        let value = u32::try_from(value).expect("the archive is smaller than 4 GiB");
        self.head.extend(value.to_le_bytes());
    }

    /// Where the bytes will lie.
    fn put(&mut self, bytes: &[u8]) -> usize {
        self.body.extend(bytes);
        self.body_at + self.body.len() - bytes.len()
    }
}
