package shared

type pool struct {
	results chan int
	slots   chan struct{}
	events  chan string
}

func newPool() *pool {
	return &pool{results: make(chan int), slots: make(chan struct{}, 4), events: make(chan string)}
}

func (p *pool) work() {
	p.results <- 1 // want "send on `p.results` blocks for ever: nothing receives from it"
}

// Nobody gives a slot back.
func (p *pool) acquire() {
	p.slots <- struct{}{} // FIXME false negative: low confidence, because nobody may ever send more than there is room for
}

// Another case of the select helps.
func (p *pool) notify() {
	select {
	case p.events <- "changed":
	default:
	}
}

var errs = make(chan error)

func report(err error) {
	errs <- err // want "send on `errs` blocks for ever"
}
