package bug

import "context"

type Store struct {
	name string
	ctx  context.Context // want "`Store.ctx` keeps a context"
}

type pool struct {
	parent, base context.Context // want "`pool.parent` keeps" "`pool.base` keeps"
}
