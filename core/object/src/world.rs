//! What a process has one of: the runtime of threads, the heap, the hash secret.
//!
//! Protocol: [`start`] once, before the first [`Thread::attach`](crate::Thread::attach). Tests, which share a process, use
//! [`for_tests`], which starts a world if there is none.
//!
//! Layout of the memory behind a thread state: a [`ThreadHeap`], then the address of the [`Thread`](crate::Thread).

use std::alloc::Layout;
use std::sync::{Arc, OnceLock};

use grwl_heap::{Heap, HeapConfig, ThreadHeap};
use grwl_threads::{Config, Mode, Runtime};

use crate::roots::ThreadRootSource;
use crate::type_object::TypeObject;

/// See the module's head.
pub struct World {
    heap: Heap,
    runtime: Arc<Runtime>,
    hash_key: (u64, u64),
}

static WORLD: OnceLock<World> = OnceLock::new();

/// How a world is set up.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// Threads: the mode, the stress switch. Its `extension` is set here.
    pub threads: Config,
    /// The heap. Its offsets are set here.
    pub heap: HeapConfig,
    /// The key of the hash of strings (`PYTHONHASHSEED`).
    pub hash_key: (u64, u64),
}

/// Byte offset of the thread's address behind its state's `ThreadHeap`.
pub(crate) const THREAD_ADDRESS: usize = ThreadHeap::LAYOUT.size();

/// Starts the world.
///
/// # Panics
/// If there is one already, or the system grants no address space.
pub fn start(config: WorldConfig) {
    let world = make(config);
    assert!(WORLD.set(world).is_ok(), "the world was started twice");
}

fn make(mut config: WorldConfig) -> World {
    let size = THREAD_ADDRESS + size_of::<usize>();
    config.threads.extension =
        Layout::from_size_align(size, ThreadHeap::LAYOUT.align()).expect("a small layout");
    config.heap.extension_offset = 0;
    config.heap.cell_type_offset = std::mem::offset_of!(TypeObject, cell_type) as isize;
    let runtime = Runtime::new(config.threads);
    // SAFETY: the extension begins with the heap's part, and only threads of this runtime use cells; the heap lives in a
    // static, so nothing uses a cell after it.
    let heap = unsafe { Heap::new(&runtime, config.heap) }.expect("address space for the heap");
    // Before anybody can find the world: who finds it may collect at once.
    heap.add_root_source(Box::new(ThreadRootSource));
    World {
        heap,
        runtime,
        hash_key: config.hash_key,
    }
}

/// The world for tests: started by whichever test comes first.
pub fn for_tests() -> &'static World {
    WORLD.get_or_init(|| {
        make(WorldConfig {
            threads: Config::new(Mode::RwLock)
                .stress_from_env()
                .expect("GRWL_STRESS"),
            heap: HeapConfig::default()
                .switches_from_env()
                .expect("GRWL_GC_STRESS"),
            hash_key: (1, 2),
        })
    })
}

/// The world.
///
/// # Panics
/// If it was not started.
#[inline(always)]
pub fn world() -> &'static World {
    WORLD.get().expect("the world was not started")
}

impl World {
    /// The heap.
    #[inline(always)]
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// The runtime of threads.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// The key of the hash of strings.
    pub fn hash_key(&self) -> (u64, u64) {
        self.hash_key
    }
}
