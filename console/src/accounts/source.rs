//! `[[account.source]]`.

use backbone::sealed::{self, Secret};
use backbone::store::{Credentials, SourceEntry};
use ingest::sources;
use ingest::sources::listing::NOTIFICATIONS;
use rlibphonenumber::{PHONE_NUMBER_UTIL, enums::Region};
use schemas::{AccountId, Source, SourceId, Span};

use super::fields::{base_url, credentials, timezone};
use super::kinds::{SOURCE_KINDS, SourceKind, source_kind};
use super::names::names;
use super::read::{Reading, Seen, required_id, secret_is_taken};
use super::table::{Problems, Table};

/// What a call without an end waits for, unless the file says so.
const TALK_WITHOUT_END: Span = Span::seconds(30 * 60);
const RING_WITHOUT_END: Span = Span::seconds(5 * 60);
const BACKFILL_EVERY: Span = Span::seconds(5 * 60);

/// Reads one source of an account.
pub fn read(
    mut table: Table<'_, '_>,
    account: &AccountId,
    reading: &Reading<'_>,
    seen: &mut Seen,
    problems: &mut Problems<'_>,
) {
    let before = problems.count();
    let id: Option<SourceId> = required_id(&mut table, problems);
    let kept = id.as_ref().and_then(|id| reading.current.sources.iter().find(|entry| entry.source.id == *id));
    if let Some(id) = &id {
        seen.id("source", id.as_str(), &table, problems);
    }
    if kept.is_some_and(|entry| entry.source.account != *account) {
        problems.add(table.offset, &table.key("id"), "another account has a source of this id; choose another id");
    }
    let kind = kind(&mut table, kept, problems);
    let known = kind.is_some();
    // What is wrong besides an id or a kind is told all the same; nothing read under these stand-ins is kept.
    let (Some(id), kind) = (id.or_else(|| "-".parse().ok()), kind.unwrap_or(&SOURCE_KINDS[0])) else { return };
    let secret = secret(&mut table, &id, kept, reading, seen, problems);
    let credentials = if known {
        credentials(&mut table, kind.credentials, kept.map(|entry| &entry.credentials), reading, problems)
    } else {
        table.get("credentials").map(|_| Credentials::new()).unwrap_or_default()
    };
    let mut source = values(&mut table, (id, account.clone()), kind, kept.map(|entry| &entry.source), problems);
    // Of a kind that is not known nobody can say what it documents.
    if let Some(names) = names(&mut table, sources::pbx(kind.kind).filter(|_| known), problems) {
        source.names = names;
    }
    table.finish(problems);
    if let Some(secret) = secret.filter(|_| problems.count() == before) {
        seen.wanted.sources.push(SourceEntry { source, secret, credentials });
    }
}

fn kind(
    table: &mut Table<'_, '_>,
    kept: Option<&SourceEntry>,
    problems: &mut Problems<'_>,
) -> Option<&'static SourceKind> {
    let Some(found) = table.get("kind") else {
        if kept.is_none() {
            problems.add(table.offset, &table.key("kind"), format!("is missing; known: {}", known()));
        }
        return source_kind(&kept?.source.kind);
    };
    let word = found.text(problems)?;
    let kind = source_kind(&word);
    if kind.is_none() {
        problems.add(found.offset, &found.path, format!("{word:?} is not known; known: {}", known()));
    }
    if let Some(kept) = kept.filter(|kept| kept.source.kind != word) {
        let was = &kept.source.kind;
        problems.add(
            found.offset,
            &found.path,
            format!("is {was:?} already and cannot become another; make a new source"),
        );
    }
    kind
}

fn known() -> String {
    SOURCE_KINDS.iter().map(|kind| kind.kind).collect::<Vec<_>>().join(", ")
}

fn secret(
    table: &mut Table<'_, '_>,
    id: &SourceId,
    kept: Option<&SourceEntry>,
    reading: &Reading<'_>,
    seen: &Seen,
    problems: &mut Problems<'_>,
) -> Option<Secret> {
    let Some(found) = table.get("secret") else {
        if let Some(kept) = kept {
            return Some(kept.secret.clone());
        }
        let made = sealed::new_secret();
        return made.map_err(|why| problems.add(table.offset, &table.key("secret"), why.to_string())).ok();
    };
    let text = Secret::new(found.text(problems)?);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !(16..=100).contains(&text.expose().len()) || !text.expose().bytes().all(fits) {
        problems.add(found.offset, &found.path, "must be 16 to 100 of A-Z, a-z, 0-9, _ and -; left out, one is made");
        return None;
    }
    if secret_is_taken(&text, id, reading, seen) {
        problems.add(found.offset, &found.path, "another source has this secret; leave it out, and one is made");
        return None;
    }
    Some(text)
}

/// Everything but what is secret. A value that is wrong is noted and replaced: the file is refused anyway.
fn values(
    table: &mut Table<'_, '_>,
    (id, account): (SourceId, AccountId),
    kind: &SourceKind,
    kept: Option<&Source>,
    problems: &mut Problems<'_>,
) -> Source {
    let region = region(table, problems).or_else(|| Some(kept?.region.clone()));
    let timezone = timezone(table, problems).or_else(|| Some(kept?.timezone.clone()));
    let talk = table.parsed("talk_without_end", problems).or_else(|| Some(kept?.talk_without_end));
    let ring = table.parsed("ring_without_end", problems).or_else(|| Some(kept?.ring_without_end));
    let backfill = table.parsed("backfill_every", problems).or_else(|| Some(kept?.backfill_every));
    for (name, span) in [("talk_without_end", talk), ("ring_without_end", ring)] {
        if span.is_some_and(|span: Span| !(Span::seconds(1)..=Span::seconds(6 * 3600)).contains(&span)) {
            let (offset, key) = table.locate(&[name.to_owned()]);
            problems.add(offset, &key, "must be 1s to 6h: after that the same session id begins another call");
        }
    }
    Source {
        id,
        account,
        kind: kind.kind.to_owned(),
        region: region.unwrap_or_else(|| kind.region.to_owned()),
        timezone: timezone.unwrap_or_else(|| kind.timezone.to_owned()),
        base_url: base_url(table, problems).or_else(|| kept?.base_url.clone()),
        talk_without_end: talk.unwrap_or(TALK_WITHOUT_END),
        ring_without_end: ring.unwrap_or(RING_WITHOUT_END),
        virtual_number: virtual_number(table, problems).or_else(|| kept?.virtual_number.clone()),
        notifications_report: notifications_report(table, kind, problems)
            .or_else(|| kept?.notifications_report.clone())
            .filter(|name| !name.is_empty()),
        backfill_every: backfill.unwrap_or(BACKFILL_EVERY),
        names: kept.map(|kept| kept.names.clone()).unwrap_or_default(),
    }
}

/// Of kinds that list their notifications; of others it is an unknown key. Empty: they are not asked for any more.
fn notifications_report(table: &mut Table<'_, '_>, kind: &SourceKind, problems: &mut Problems<'_>) -> Option<String> {
    let lists = sources::pbx(kind.kind).map(sources::Pbx::lists).unwrap_or_default();
    if !lists.iter().any(|list| list.name() == NOTIFICATIONS) {
        return None;
    }
    let found = table.get("notifications_report")?;
    if found.value.as_str() == Some("") { Some(String::new()) } else { found.text(problems) }
}

fn region(table: &mut Table<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = table.get("region")?;
    let text = found.text(problems)?;
    let capitals = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let region = Region::try_from(text.as_str()).ok().filter(|_| capitals);
    if region.is_some_and(|region| PHONE_NUMBER_UTIL.get_supported_regions().any(|known| known == region)) {
        return Some(text);
    }
    problems.add(
        found.offset,
        &found.path,
        format!("{text:?} is no region; give two capital letters by ISO 3166, such as RU, UA or KZ"),
    );
    None
}

fn virtual_number(table: &mut Table<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = table.get("virtual_number")?;
    let text = found.text(problems)?;
    let digits = text.strip_prefix('+').unwrap_or(&text);
    if (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(digits.to_owned());
    }
    problems.add(found.offset, &found.path, "must be 3 to 15 digits, with the country code: 74951112233");
    None
}
