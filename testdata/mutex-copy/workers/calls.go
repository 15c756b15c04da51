// Package workers has functions whose calls follow when a parameter becomes a pointer.
package workers

import "sync"

func worker(id int, wg sync.WaitGroup) { // want "parameter `wg sync.WaitGroup` takes a sync.WaitGroup by value"
	defer wg.Done()
	println(id)
}

func start(n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go worker(i, wg) // want "argument copies `wg` with a sync.WaitGroup"
	}
	wg.Wait()
}

func restart(wg *sync.WaitGroup) {
	wg.Add(1)
	go worker(0, *wg) // want "argument copies `\*wg`"
}

type job struct {
	mu   sync.Mutex
	done bool
}

// Every call of it is known, but not what becomes of it as a value.
func asValue(j job) { // want "takes its sync.Mutex `mu` by value"
	println(j.done)
}

var handler = asValue

// Callers in other packages would not follow.
func Exported(j job) { // want "takes its sync.Mutex `mu` by value"
	println(j.done)
}

// A pointer can't be copied like the value.
func (j job) clone() *job { // want "copies its receiver"
	other := j // want "assignment copies `j`"
	return &other
}

// A result has no address.
func (j job) isDone() bool { // want "copies its receiver"
	return j.done
}

func make2() (j job) { return }

func ask() bool {
	return make2().isDone()
}

func (j job) print() { // want "copies its receiver"
	println(j.done)
}

func printAll(jobs []job, one *job) {
	one.print()
	jobs[0].print()
}
