// Package known has a lock that is reported as taken twice although it never is.
package known

import "sync"

type names struct {
	refresh sync.Mutex
	byName  sync.Map
	byID    sync.Map
}

func (n *names) load(name string, id int) {
	n.byID.Store(id, name)
	n.byName.Store(name, id)
}

func (n *names) get(id int) any {
	if found, ok := n.byID.Load(id); ok {
		return found
	}
	n.refresh.Lock()
	defer n.refresh.Unlock()
	return nil
}

func (n *names) named(name string) any {
	n.refresh.Lock()
	defer n.refresh.Unlock()
	if id, ok := n.byName.Load(name); ok {
		return n.get(id.(int)) // want "comes to" // FIXME false positive: what is in one map is in the other
	}
	return nil
}
