//! The structures of the CRM: what each holds, under which names, and of which types.

use std::collections::BTreeMap;

/// A structure, whatever the configurator calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Counterparties, `references.companies`.
    Companies,
    /// Contact persons, `references.contacts`.
    Contacts,
    /// Users, `references.users`; they can only be listed.
    Users,
    /// Contact documents, `documents.contacts`: one for each call, meeting, letter.
    ContactDocuments,
    /// Deals, `documents.deals`.
    Deals,
    /// History of deals, `documents.deals_history`.
    DealsHistory,
    /// Tasks, `documents.tasks`.
    Tasks,
    /// Pop-ups, `services.notifications`.
    Notifications,
}

impl Table {
    /// All structures.
    pub const ALL: [Self; 8] = [
        Self::Companies,
        Self::Contacts,
        Self::Users,
        Self::ContactDocuments,
        Self::Deals,
        Self::DealsHistory,
        Self::Tasks,
        Self::Notifications,
    ];

    /// The name before anybody changed it in the configurator.
    pub fn default_name(self) -> &'static str {
        match self {
            Self::Companies => "references.companies",
            Self::Contacts => "references.contacts",
            Self::Users => "references.users",
            Self::ContactDocuments => "documents.contacts",
            Self::Deals => "documents.deals",
            Self::DealsHistory => "documents.deals_history",
            Self::Tasks => "documents.tasks",
            Self::Notifications => "services.notifications",
        }
    }

    fn default_fields(self) -> Vec<Field> {
        use Kind::{Date, Flag, Long, Number, Phone, Row, Short};
        let optional: &[(&'static str, Kind)] = match self {
            Self::Companies => &[
                ("date", Date),
                ("email", Short),
                ("name", Short),
                ("phone", Phone),
                ("phone_work", Phone),
                ("phone_mobile", Phone),
                ("city", Short),
                ("visible", Flag),
                ("manager", Row(Self::Users)),
                ("property_type", Number),
                ("type", Number),
                ("client_type", Number),
                ("learned_company", Number),
            ],
            Self::Contacts => &[
                ("owner", Row(Self::Companies)),
                ("name", Short),
                ("phone", Phone),
                ("email", Short),
                ("visible", Flag),
            ],
            Self::Users => &[("name", Short), ("phone_internal", Phone), ("visible", Flag)],
            Self::ContactDocuments => &[
                ("owner", Row(Self::Companies)),
                ("date", Date),
                ("type", Short),
                ("direction", Short),
                ("phone", Phone),
                ("responsible", Row(Self::Users)),
                ("description", Long),
                ("record_url", Long),
                ("external_id", Short),
                ("visible", Flag),
            ],
            Self::Deals => &[
                ("owner", Row(Self::Companies)),
                ("date", Date),
                ("name", Short),
                ("status", Number),
                ("responsible", Row(Self::Users)),
                ("description", Long),
                ("visible", Flag),
            ],
            Self::DealsHistory => &[("owner", Row(Self::Deals)), ("date", Date), ("text", Long), ("record_url", Long)],
            Self::Tasks => &[
                ("owner", Row(Self::Companies)),
                ("date", Date),
                ("deadline", Date),
                ("responsible", Row(Self::Users)),
                ("name", Short),
                ("description", Long),
                ("status", Number),
                ("visible", Flag),
            ],
            Self::Notifications => &[("user", Row(Self::Users)), ("text", Long), ("date", Date)],
        };
        optional.iter().map(|(key, kind)| Field::new(key, *kind, self.required().contains(key))).collect()
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Self::Companies | Self::Users => &["name"],
            Self::Contacts => &["owner", "name"],
            Self::ContactDocuments => &["date", "type"],
            Self::Deals => &["owner", "status"],
            Self::DealsHistory => &["owner"],
            Self::Tasks => &["responsible", "name"],
            Self::Notifications => &["user", "text"],
        }
    }
}

/// What a field may hold; every field but a required one may also be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most 255 characters.
    Short,
    /// Text of at most 65 535 bytes.
    Long,
    /// A phone in any spelling, at most 32 characters; `like` looks at its digits.
    Phone,
    /// `Y-m-d` or `Y-m-d H:i:s`.
    Date,
    /// `0` or `1`.
    Flag,
    /// A whole number of at most 18 digits.
    Number,
    /// The id of a row that exists.
    Row(Table),
}

/// A field of a structure.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in snapshots, always the default one.
    pub key: &'static str,
    /// The name on the wire.
    pub name: String,
    /// What it may hold.
    pub kind: Kind,
    /// Whether a new row must have it filled.
    pub required: bool,
}

impl Field {
    fn new(key: &'static str, kind: Kind, required: bool) -> Self {
        Self { key, name: key.to_owned(), kind, required }
    }
}

/// The configurator: the names and fields of all structures. `id` is a field of each.
#[derive(Clone, Debug)]
pub struct Structures {
    tables: BTreeMap<Table, (String, Vec<Field>)>,
}

impl Default for Structures {
    fn default() -> Self {
        let tables = Table::ALL.map(|table| (table, (table.default_name().to_owned(), table.default_fields())));
        Self { tables: tables.into() }
    }
}

impl Structures {
    /// Gives a structure another name on the wire, as a customer may.
    #[must_use]
    pub fn rename(mut self, table: Table, name: &str) -> Self {
        if let Some((old, _)) = self.tables.get_mut(&table) {
            name.clone_into(old);
        }
        self
    }

    /// Gives a field another name on the wire; `key` is the default name.
    #[must_use]
    pub fn rename_field(mut self, table: Table, key: &str, name: &str) -> Self {
        let fields = self.tables.get_mut(&table).map(|(_, fields)| fields);
        if let Some(field) = fields.and_then(|fields| fields.iter_mut().find(|field| field.key == key)) {
            name.clone_into(&mut field.name);
        }
        self
    }

    /// The name of a structure on the wire.
    pub fn name(&self, table: Table) -> &str {
        self.tables.get(&table).map_or("", |(name, _)| name)
    }

    /// The fields of a structure, without `id`.
    pub fn fields(&self, table: Table) -> &[Field] {
        self.tables.get(&table).map_or(&[], |(_, fields)| fields)
    }

    /// Adds a required text field, or takes it away.
    pub(super) fn demand(&mut self, table: Table, key: &'static str, demanded: bool) {
        let Some((_, fields)) = self.tables.get_mut(&table) else { return };
        fields.retain(|field| field.key != key);
        if demanded {
            fields.push(Field::new(key, Kind::Short, true));
        }
    }

    pub(super) fn find(&self, name: &str) -> Result<Table, String> {
        let found = self.tables.iter().find(|(_, (own, _))| own == name);
        found.map(|(table, _)| *table).ok_or_else(|| format!("structure {name} is not known"))
    }

    pub(super) fn field(&self, table: Table, name: &str) -> Result<&Field, String> {
        let found = self.fields(table).iter().find(|field| field.name == name);
        found.ok_or_else(|| format!("field {name} is not known in {}", self.name(table)))
    }
}
