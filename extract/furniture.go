package extract

// Furniture is what repeats over the pages of one site, learnt from its pages.
// The zero value knows nothing.
type Furniture struct{}
