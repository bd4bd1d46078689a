//! Who is who in the demo: nothing but tables.

/// Extension and name, in the order of the mapping.
pub const EMPLOYEES: [(&str, &str); 4] =
    [("101", "Анна Смирнова"), ("102", "Борис Ковалёв"), ("103", "Вера Лебедева"), ("104", "Глеб Орлов")];

/// Nobody in the CRM has these numbers, and they call more than once: each must become one counterparty, not several.
pub const STRANGERS: [&str; 3] = ["79031112200", "79167654321", "79853456789"];

/// A counterparty that the CRM has from the beginning, and how it is written there.
pub struct Known {
    /// What it is called.
    pub name: &'static str,
    /// Which field holds the number, and how it is written there.
    pub phone: (&'static str, &'static str),
    /// A contact person with a number of their own.
    pub person: Option<(&'static str, &'static str)>,
    /// The number as a PBX says it.
    pub number: &'static str,
    /// The responsible, by the place in [`EMPLOYEES`].
    pub manager: Option<usize>,
    /// Status (1: active), day, title.
    pub deals: &'static [(&'static str, &'static str, &'static str)],
}

/// Known from the beginning, each written in another way.
pub const KNOWN: [Known; 6] = [
    Known {
        name: "ООО Ромашка",
        phone: ("phone", "+7 (916) 111-22-33"),
        person: None,
        number: "79161112233",
        manager: Some(0),
        deals: &[
            ("1", "2026-02-10", "Букеты к 8 марта"),
            ("1", "2026-05-20", "Цветы в офис"),
            ("2", "2026-06-01", "Пробная поставка"),
        ],
    },
    Known {
        name: "АО Вектор",
        phone: ("phone_work", "8 495 120-45-67"),
        person: None,
        number: "74951204567",
        manager: Some(1),
        deals: &[("1", "2026-04-15", "Монтаж сети")],
    },
    Known {
        name: "ИП Кузнецов",
        phone: ("phone_mobile", "89035554433"),
        person: None,
        number: "79035554433",
        manager: Some(2),
        deals: &[("2", "2026-01-30", "Ремонт витрины")],
    },
    Known {
        name: "ООО Лира",
        phone: ("phone", "926 700-10-20 доб. 5"),
        person: None,
        number: "79267001020",
        manager: None,
        deals: &[("1", "2026-03-03", "Настройка роялей")],
    },
    Known {
        name: "Завод Прогресс",
        phone: ("phone", ""),
        person: Some(("Инна Белова", "8 (985) 333-44-55")),
        number: "79853334455",
        manager: Some(3),
        deals: &[("1", "2026-05-05", "Станки")],
    },
    Known {
        name: "Салон Весна",
        phone: ("phone", "+7 999 888-77-66, 8 999 888 77 67"),
        person: None,
        number: "79998887767",
        manager: Some(0),
        deals: &[("1", "2026-04-01", "Вывеска")],
    },
];
