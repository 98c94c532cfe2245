# hash
// slashes
/* block * with ** stars */
/* /* not nested */
/**/ /***/ /*****/ struct S {} /*/ x /*/
struct T { /* in */ 1: /* between */ i32 /** doc */ a } # end
// last without line end