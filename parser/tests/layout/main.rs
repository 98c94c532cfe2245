//! Layout by `format`: exact texts in `cases`; for every file of the repository and for random layouts, that only the
//! layout changes and that a second run changes nothing.

mod cases;
mod meaning;
mod random;
