//! A row's cells, whichever database it came from.

use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::Error;

/// The cells of a row, by their place.
pub trait Cells {
    /// A text.
    fn text(&self, place: usize) -> Result<String, Error>;
    /// A text, if there is one.
    fn text_if_any(&self, place: usize) -> Result<Option<String>, Error>;
    /// A whole number.
    fn number(&self, place: usize) -> Result<i64, Error>;
    /// A whole number, if there is one.
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, Error>;
    /// Bytes.
    fn bytes(&self, place: usize) -> Result<Vec<u8>, Error>;

    /// A count: a revision, tries.
    fn count(&self, place: usize) -> Result<u32, Error> {
        let number = self.number(place)?;
        u32::try_from(number).map_err(|_| Error::Unreadable(format!("{number} is no count")))
    }
}

impl<R: Row> Cells for R
where
    usize: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn text(&self, place: usize) -> Result<String, Error> {
        cell(self, place)
    }

    fn text_if_any(&self, place: usize) -> Result<Option<String>, Error> {
        cell(self, place)
    }

    fn number(&self, place: usize) -> Result<i64, Error> {
        cell(self, place)
    }

    fn number_if_any(&self, place: usize) -> Result<Option<i64>, Error> {
        cell(self, place)
    }

    fn bytes(&self, place: usize) -> Result<Vec<u8>, Error> {
        cell(self, place)
    }
}

fn cell<'r, R, T>(row: &'r R, place: usize) -> Result<T, Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    T: Decode<'r, R::Database> + Type<R::Database>,
{
    row.try_get(place).map_err(|why| Error::Unreadable(why.to_string()))
}
