//! Which garbage lies in cycles: what CPython's reference counts would not have freed.
//!
//! Asked between marking and the marking of what finalizers need, so garbage is what is not marked. The strongly connected components are Tarjan's; the search keeps its
//! path in a vector, so that a long chain does not use up the native stack.

use std::collections::{HashMap, HashSet};

use grwl_threads::StoppedWorld;

use crate::Heap;
use crate::block::BlockHead;
use crate::header::CellPtr;

/// A cell that the search has come to.
struct Node {
    address: usize,
    /// The lowest node on the stack that is known to be reached from here.
    low: usize,
    is_on_stack: bool,
}

/// A cell on the search's path, and the edges that it has not followed yet.
struct Step {
    node: usize,
    edges: Vec<usize>,
}

#[derive(Default)]
struct Search {
    nodes: Vec<Node>,
    known: HashMap<usize, usize>,
    stack: Vec<usize>,
    path: Vec<Step>,
    cyclic: Vec<usize>,
}

impl Search {
    fn enter(&mut self, heap: &Heap, address: usize) {
        let node = self.nodes.len();
        self.nodes.push(Node {
            address,
            low: node,
            is_on_stack: true,
        });
        self.known.insert(address, node);
        self.stack.push(node);
        let edges = heap.garbage_edges(address);
        if edges.contains(&address) {
            self.cyclic.push(address);
        }
        self.path.push(Step { node, edges });
    }

    fn run(&mut self, heap: &Heap, start: usize) {
        if self.known.contains_key(&start) {
            return;
        }
        self.enter(heap, start);
        while let Some(step) = self.path.last_mut() {
            let node = step.node;
            if let Some(address) = step.edges.pop() {
                match self.known.get(&address) {
                    None => self.enter(heap, address),
                    Some(&other) if self.nodes[other].is_on_stack => {
                        self.nodes[node].low = self.nodes[node].low.min(other);
                    }
                    Some(_) => {}
                }
                continue;
            }
            self.path.pop();
            self.leave(node);
        }
    }

    fn leave(&mut self, node: usize) {
        let low = self.nodes[node].low;
        if let Some(before) = self.path.last() {
            let before = &mut self.nodes[before.node];
            before.low = before.low.min(low);
        }
        if low != node {
            return;
        }
        let is_alone = self.stack.last() == Some(&node);
        while let Some(member) = self.stack.pop() {
            self.nodes[member].is_on_stack = false;
            if !is_alone {
                self.cyclic.push(self.nodes[member].address);
            }
            if member == node {
                break;
            }
        }
    }
}

impl Heap {
    /// The unmarked cells that an unmarked cell leads to.
    fn garbage_edges(&self, address: usize) -> Vec<usize> {
        let mut edges = Vec::new();
        if let Some(cell) = CellPtr::new(address as *mut _) {
            // SAFETY: garbage that is not swept yet is intact; the world is stopped.
            unsafe {
                self.edges(cell, false, |to| {
                    let to = to.as_ptr() as usize;
                    if !BlockHead::of(to).is_marked(to) {
                        edges.push(to);
                    }
                });
            }
        }
        edges
    }

    /// The garbage that some of it leads to, itself included.
    fn garbage_from(&self, mut left: Vec<usize>) -> HashSet<usize> {
        let mut found = HashSet::new();
        while let Some(address) = left.pop() {
            if found.insert(address) {
                left.extend(self.garbage_edges(address));
            }
        }
        found
    }

    /// Of the garbage that cells with finalizers lead to, themselves included: what lies in a cycle, or is reached from one. But not what is also reached from one with a
    /// finalizer that no cycle holds: reference counts would have called that first, and it may bring everything back that it leads to.
    pub(crate) fn held_by_cycles(
        &self,
        _world: &StoppedWorld<'_>,
        finalizable: &[usize],
    ) -> HashSet<usize> {
        let mut search = Search::default();
        for &start in finalizable {
            search.run(self, start);
        }
        let mut held = self.garbage_from(search.cyclic);
        let others = finalizable.iter().copied();
        let others = others.filter(|address| !held.contains(address)).collect();
        for address in self.garbage_from(others) {
            held.remove(&address);
        }
        held
    }
}
