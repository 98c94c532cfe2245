//! The layout that `format` gives: exact texts in `cases`, and for every file of the repository and for random
//! layouts that nothing but the layout changes, and that a second run changes nothing.

mod cases;
mod meaning;
mod random;
