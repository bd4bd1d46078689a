//! Transactions in a thread of their own: the reader reads on while one is under way.

use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::JoinHandle;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;

use super::Reply;
use super::transaction::Transactions;
use crate::Error;
use crate::kafka::fault::unavailable;
use crate::log::{Position, Record};

/// What is to be committed.
pub struct Commit {
    /// Written, in order.
    pub records: Vec<Record>,
    /// How far was read.
    pub offsets: TopicPartitionList,
    /// What the reader was in its group while it had these partitions.
    pub member: ConsumerGroupMetadata,
    /// Who waits.
    pub reply: Reply<()>,
}

/// What became of it.
pub enum Outcome {
    /// The records with their places, and how far was read.
    Committed(Vec<(Record, Position)>, TopicPartitionList),
    /// It failed, or that is all that is known.
    Failed,
}

enum Job {
    Ready(SyncSender<Result<(), Error>>),
    /// Who waits is told by the job itself; the reader learns of a failure that it was one.
    Commit(Commit, SyncSender<Outcome>),
}

/// Hands transactions to the thread, one at a time. Each of its waits ends, because each step of a transaction has a deadline.
pub struct Writer {
    /// There until it is dropped.
    thread: Option<(Sender<Job>, JoinHandle<()>)>,
    under_way: Option<Receiver<Outcome>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(transactions: Transactions, group: &str) -> Result<Self, Error> {
        let (jobs, given) = channel();
        let thread = std::thread::Builder::new()
            .name(format!("kafka {group} writes"))
            .spawn(move || work(transactions, &given))
            .map_err(|why| unavailable(format!("no thread for transactions: {why}")))?;
        Ok(Self { thread: Some((jobs, thread)), under_way: None })
    }

    /// After what is under way, has a producer whose earlier transactions are all ended.
    pub fn ready(&self) -> Result<(), Error> {
        let (told, answer) = sync_channel(1);
        self.give(Job::Ready(told));
        answer.recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Begins to commit. What was begun before must be concluded.
    pub fn begin(&mut self, commit: Commit) {
        let (told, answer) = sync_channel(1);
        self.give(Job::Commit(commit, told));
        self.under_way = Some(answer);
    }

    /// Waits for what is under way, if anything is.
    pub fn conclude(&mut self) -> Option<Outcome> {
        Some(self.under_way.take()?.recv().unwrap_or(Outcome::Failed))
    }

    /// The same where it is known already.
    pub fn concluded(&mut self) -> Option<Outcome> {
        match self.under_way.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => None,
            known => {
                self.under_way = None;
                Some(known.unwrap_or(Outcome::Failed))
            }
        }
    }

    /// The thread is gone, which only a panic can do.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(|(_, thread)| thread.is_finished())
    }

    /// Where the thread has ended, so has the other end of what waits for the job.
    fn give(&self, job: Job) {
        if let Some((jobs, _)) = &self.thread {
            drop(jobs.send(job));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some((jobs, thread)) = self.thread.take() {
            drop(jobs);
            drop(thread.join());
        }
    }
}

fn ended() -> Error {
    unavailable("the thread of transactions has ended")
}

fn work(mut transactions: Transactions, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Ready(told) => drop(told.send(transactions.ready())),
            Job::Commit(Commit { records, offsets, member, reply }, told) => {
                let (outcome, done) = match transactions.commit(&records, &offsets, &member) {
                    Ok(places) => (Outcome::Committed(records.into_iter().zip(places).collect(), offsets), Ok(())),
                    Err(why) => (Outcome::Failed, Err(why)),
                };
                // First, so that it is known here whatever who waits does next.
                drop(told.send(outcome));
                drop(reply.send(done));
            }
        }
    }
}
