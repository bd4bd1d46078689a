//! The store's memos, there or not yet.

use std::time::Duration;

use backbone::Fut;
use backbone::memos::{Holder, Memo, Memos};
use backbone::sealed::Secret;

use super::LaterStore;

impl Memos for LaterStore {
    fn shared(&self) -> bool {
        true
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        Box::pin(async move { self.0.get()?.memos.read(name).await })
    }

    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        Box::pin(async move { self.0.get()?.memos.under(prefix).await })
    }

    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.memos.write(name, value, seen).await })
    }

    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.memos.forget(name, seen).await })
    }

    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.memos.take_turn(name, holder, lease).await })
    }

    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.memos.end_turn(name, holder).await })
    }
}
