//! Blocks that no thread owns: free ones, orphans, and those whose dead cells wait for their drop.
//!
//! Free blocks come in three stages, so that threads seldom meet: a thread's own cache,
//! a shard's cache (several threads), the region's bitmaps. Each refill takes
//! more at a time the more a thread has needed since the last full collection.
//!
//! Orphans (their owner has ended or does not allocate this size any more) and blocks
//! that wait for drops stand in lists by kind and class; whoever needs such a block adopts it.

use std::cell::Cell;
use std::ptr::null_mut;

use grwl_threads::sync::Mutex;

use crate::block::{BlockHead, BlockPtr};
use crate::class::CURSORS;
use crate::local::{self, CACHED_BLOCKS, ThreadHeap};
use crate::region::Region;

const SHARDS: usize = 8;
/// Blocks that a shard fetches at a time.
const SHARD_REFILL: usize = 32;

/// See the module's head.
pub(crate) struct Pools {
    classes: Box<[ClassPool]>,
    shards: [Shard; SHARDS],
    dead_large: Mutex<BlockList>,
}

#[repr(align(128))]
struct ClassPool(Mutex<ClassLists>);

#[repr(align(128))]
struct Shard(Mutex<Vec<u32>>);

/// A list of blocks, linked through their heads.
pub(crate) struct BlockList(Cell<*mut BlockHead>);

// SAFETY: a list is only reached through its mutex, and so are the heads in it.
unsafe impl Send for BlockList {}

struct ClassLists {
    orphans: BlockList,
    pending: BlockList,
}

impl BlockList {
    fn new() -> Self {
        Self(Cell::new(null_mut()))
    }
}

impl Pools {
    pub(crate) fn new() -> Self {
        let class = |_| {
            ClassPool(Mutex::new(ClassLists {
                orphans: BlockList::new(),
                pending: BlockList::new(),
            }))
        };
        Self {
            classes: (0..CURSORS).map(class).collect(),
            shards: std::array::from_fn(|_| Shard(Mutex::new(Vec::new()))),
            dead_large: Mutex::new(BlockList::new()),
        }
    }

    /// A free block for the thread with this id; none if memory is exhausted.
    pub(crate) fn free_block(&self, region: &Region, local: &ThreadHeap, id: u32) -> Option<usize> {
        if local.cached.get() == 0 {
            let wanted = (local.appetite.get() * 2).clamp(1, CACHED_BLOCKS);
            local.appetite.set(wanted);
            let mut shard = self.shards[id as usize % SHARDS].0.lock();
            if shard.len() < wanted && wanted == CACHED_BLOCKS {
                region.take_singles(SHARD_REFILL, |block| shard.push(block));
            } else if shard.is_empty() {
                region.take_singles(wanted, |block| shard.push(block));
            }
            // The lowest addresses last, because they are taken first.
            shard.sort_unstable_by(|a, b| b.cmp(a));
            let count = wanted.min(shard.len());
            for slot in local.cache[..count].iter().rev() {
                slot.set(shard.pop().expect("counted"));
            }
            local.cached.set(count);
        }
        let index = local.cached.get().checked_sub(1)?;
        local.cached.set(index);
        Some(region.address_of(local.cache[index].get() as usize))
    }

    /// Gives a thread's cached blocks back.
    pub(crate) fn empty_cache(region: &Region, local: &ThreadHeap) {
        let cached = local.cached.take();
        local.appetite.set(0);
        region.give_singles(local.cache[..cached].iter().map(Cell::get));
    }

    /// Gives the shards' cached blocks back.
    pub(crate) fn empty_shards(&self, region: &Region) {
        for shard in &self.shards {
            region.give_singles(shard.0.lock().drain(..));
        }
    }

    pub(crate) fn pop_orphan(&self, cursor: usize) -> Option<BlockPtr> {
        local::pop(&self.classes[cursor].0.lock().orphans.0)
    }

    pub(crate) fn push_orphan(&self, cursor: usize, block: BlockPtr) {
        local::push(&self.classes[cursor].0.lock().orphans.0, block);
    }

    /// A block with cells to drop: the caller drops them.
    pub(crate) fn pop_pending(&self, cursor: usize) -> Option<BlockPtr> {
        local::pop(&self.classes[cursor].0.lock().pending.0)
    }

    pub(crate) fn push_pending(&self, cursor: usize, block: BlockPtr) {
        local::push(&self.classes[cursor].0.lock().pending.0, block);
    }

    /// A dead large object to drop: the caller drops and frees it.
    pub(crate) fn pop_dead_large(&self) -> Option<BlockPtr> {
        local::pop(&self.dead_large.lock().0)
    }

    pub(crate) fn push_dead_large(&self, block: BlockPtr) {
        local::push(&self.dead_large.lock().0, block);
    }

    /// Forgets all lists: the collector rebuilds them.
    pub(crate) fn forget_lists(&self) {
        for class in &self.classes {
            let lists = class.0.lock();
            lists.orphans.0.set(null_mut());
            lists.pending.0.set(null_mut());
        }
        self.dead_large.lock().0.set(null_mut());
    }
}
