package own

import (
	"maps"
	"sync"
)

func madeInLoop(keys []string) {
	for _, k := range keys {
		m := map[string]int{}
		go func() {
			m[k] = 1
		}()
	}
}

func madeInGoroutine(keys []string) {
	for _, k := range keys {
		go func() {
			m := map[string]int{}
			m[k] = 1
		}()
	}
}

func oneEach(maps []map[string]int) {
	for _, m := range maps {
		go func() {
			m["a"] = 1
		}()
	}
	for i := range maps {
		go func() {
			maps[i]["a"] = 1
		}()
		go func(m map[string]int) {
			m["a"] = 1
		}(maps[i])
	}
}

type shard struct {
	m map[string]int
}

type sharded struct {
	shards []*shard
}

func (s *sharded) each() {
	for i := range s.shards {
		go func() {
			s.shards[i].m["a"] = 1
		}()
	}
	for _, sh := range s.shards {
		go sh.put("b")
		go func() {
			sh.put("c")
		}()
	}
}

func (s *shard) put(k string) { s.m[k] = 1 } // want "map `sh.m` is written in a goroutine while another goroutine"

func objectInLoop(keys []string) {
	for _, k := range keys {
		s := &shard{m: map[string]int{}}
		go s.put(k)
	}
}

func newShard() *shard { return &shard{m: map[string]int{}} }

func madeByCall(keys []string) {
	for _, k := range keys {
		s := newShard()
		go func() {
			s.put(k)
		}()
		_ = k
	}
}

func handedOver(batches chan map[string]int) {
	batch := map[string]int{}
	for k := range batches {
		batch["a"]++
		if len(batch) > 10 {
			go flush(batch)
			batch = map[string]int{}
		}
		_ = k
	}
}

func flush(m map[string]int) {
	for k := range m {
		delete(m, k)
	}
}

func oneGoroutine(keys []string) {
	m := map[string]int{}
	go func() {
		for _, k := range keys {
			m[k]++
		}
	}()
}

// slices are not maps.
func slice(keys []string) []int {
	out := make([]int, len(keys))
	var wg sync.WaitGroup
	for i := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out[i] = i
		}()
	}
	wg.Wait()
	return out
}

func started(keys []string) {
	var s *shard
	for _, k := range keys {
		s = newShard()
		go s.put(k)
	}
}

type options struct {
	env map[string]string
}

// args fills a map that only some callers have.
func (o *options) args(k string) {
	if o.env != nil {
		o.env[k] = "x"
	}
}

func run(o *options, keys []string) {
	for _, k := range keys {
		go o.args(k)
	}
}

// --- parameters that hold a map of the call's own ---------------------------------------------------------------------

type limits struct {
	perUser map[string]int
	perHost map[string]int
}

// withDefaults copies the maps before it fills them: those of the caller stay as they are.
func withDefaults(l limits, users []string) limits {
	l.perUser = maps.Clone(l.perUser)
	if l.perHost == nil {
		l.perHost = map[string]int{}
	} else {
		l.perHost = copyOf(l.perHost)
	}
	for _, user := range users {
		l.perUser[user]++
		l.perHost[user]++
	}
	return l
}

func copyOf(m map[string]int) map[string]int {
	out := make(map[string]int, len(m))
	for key, value := range m {
		out[key] = value
	}
	return out
}

func applyAll(l limits, groups [][]string) {
	for _, users := range groups {
		go withDefaults(l, users)
	}
	withDefaults(l, nil)
}

func tagged(tags map[string]string, name string) {
	tags = maps.Clone(tags)
	tags["name"] = name
}

func tagAll(tags map[string]string, names []string) {
	for _, name := range names {
		go tagged(tags, name)
	}
}
