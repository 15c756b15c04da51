// Command types prints what Go's own type checker says of packages of the standard library and of folders, one fact a
// line, for the resolver to be compared with.
//
//	package PATH
//	import PATH FILE…     a package that it imports, directly or not, which is not of the standard library
//	file NAME
//	START END t TYPE      the expression there has that type
//	START END e ENTITY    the identifier there denotes that
//
// Types are written so that both sides can: import paths are whole, array lengths are left out, and struct and
// interface types are one word.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	build.Default.CgoEnabled = false
	fset := token.NewFileSet()
	std := importer.ForCompiler(fset, "source", nil)
	for _, path := range os.Args[1:] {
		if err := check(out, fset, std, path); err != nil {
			fmt.Fprintln(os.Stderr, path+":", err)
		}
	}
}

func check(out *bufio.Writer, fset *token.FileSet, std types.Importer, path string) error {
	var pkg *build.Package
	var err error
	build.Default.Dir = ""
	if filepath.IsAbs(path) {
		build.Default.Dir = path // whose module decides what an import path means
		pkg, err = build.ImportDir(path, 0)
	} else {
		pkg, err = build.Import(path, "", 0)
	}
	if err != nil {
		return err
	}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	info := &types.Info{
		Types:     make(map[ast.Expr]types.TypeAndValue),
		Defs:      make(map[*ast.Ident]types.Object),
		Uses:      make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object),
		Instances: make(map[*ast.Ident]types.Instance),
	}
	errors := 0
	conf := types.Config{Importer: std, FakeImportC: true, Error: func(error) { errors++ }}
	checked, err := conf.Check(path, fset, files, info)
	if err != nil && errors > 0 {
		return err
	}
	fmt.Fprintln(out, "package", path)
	imports(out, checked, pkg.Dir, make(map[string]bool))
	for _, file := range files {
		fmt.Fprintln(out, "file", fset.Position(file.Pos()).Filename)
		for _, decl := range file.Decls {
			roots := []ast.Node{decl}
			if group, ok := decl.(*ast.GenDecl); ok {
				roots = values(group)
			}
			for _, root := range roots {
				walk(root, func(expr ast.Expr) { facts(out, fset, info, expr) })
			}
		}
	}
	return nil
}

// imports prints the files of the packages that a package imports, directly or not.
func imports(out *bufio.Writer, importing *types.Package, dir string, seen map[string]bool) {
	for _, imported := range importing.Imports() {
		if seen[imported.Path()] {
			continue
		}
		seen[imported.Path()] = true
		pkg, err := build.Import(imported.Path(), dir, 0)
		if err != nil || pkg.Goroot {
			continue
		}
		fmt.Fprint(out, "import ", imported.Path())
		for _, name := range pkg.GoFiles {
			fmt.Fprint(out, " ", filepath.Join(pkg.Dir, name))
		}
		fmt.Fprintln(out)
		imports(out, imported, dir, seen)
	}
}

// values returns the types and values of the constants and variables that a declaration declares.
func values(group *ast.GenDecl) (nodes []ast.Node) {
	for _, spec := range group.Specs {
		if spec, ok := spec.(*ast.ValueSpec); ok {
			if spec.Type != nil {
				nodes = append(nodes, spec.Type)
			}
			for _, value := range spec.Values {
				nodes = append(nodes, value)
			}
		}
	}
	return nodes
}

// walk visits all expressions but the names that a declaration of the package, a field or a method declares.
func walk(root ast.Node, visit func(ast.Expr)) {
	ast.Inspect(root, func(node ast.Node) bool {
		if expr, ok := node.(ast.Expr); ok {
			visit(expr)
		}
		var fields *ast.FieldList
		switch node := node.(type) {
		case *ast.StructType:
			fields = node.Fields
		case *ast.InterfaceType:
			fields = node.Methods
		case *ast.BranchStmt:
			return false
		case *ast.FuncDecl:
			if node.Recv != nil {
				walk(node.Recv, visit)
			}
			walk(node.Type, visit)
			if node.Body != nil {
				walk(node.Body, visit)
			}
			return false
		case *ast.LabeledStmt:
			walk(node.Stmt, visit)
			return false
		default:
			return true
		}
		for _, field := range fields.List {
			if len(field.Names) > 0 {
				walk(field.Type, visit)
			}
		}
		return false
	})
}

func facts(out *bufio.Writer, fset *token.FileSet, info *types.Info, expr ast.Expr) {
	from, to := fset.Position(expr.Pos()).Offset, fset.Position(expr.End()).Offset
	if ident, ok := expr.(*ast.Ident); ok {
		if object := info.ObjectOf(ident); object != nil {
			fmt.Fprintf(out, "%d %d e %s\n", from, to, entity(fset, object))
			ty := object.Type()
			if instance, ok := info.Instances[ident]; ok {
				ty = instance.Type
			}
			if _, isPackage := object.(*types.PkgName); !isPackage && ty != nil {
				fmt.Fprintf(out, "%d %d t %s\n", from, to, typeOf(ty))
			}
			return
		}
	}
	if tv, ok := info.Types[expr]; ok && tv.Type != nil {
		fmt.Fprintf(out, "%d %d t %s\n", from, to, typeOf(tv.Type))
	}
}

// entity says what an identifier denotes.
func entity(fset *token.FileSet, object types.Object) string {
	switch object := object.(type) {
	case *types.PkgName:
		return "import " + object.Imported().Path()
	case *types.Builtin:
		return "builtin " + object.Name()
	case *types.Nil:
		return "universe nil"
	case *types.Var:
		if object.IsField() {
			return "member " + object.Name()
		}
	case *types.Func:
		if object.Signature().Recv() != nil {
			return "member " + object.Name()
		}
	}
	switch {
	case object.Pkg() == nil:
		return "universe " + object.Name()
	case object.Parent() == object.Pkg().Scope():
		return "object " + object.Pkg().Path() + " " + object.Name()
	default:
		return fmt.Sprint("local ", fset.Position(object.Pos()).Offset)
	}
}

func typeOf(ty types.Type) string {
	var text strings.Builder
	write(&text, ty)
	return text.String()
}

func write(text *strings.Builder, ty types.Type) {
	list := func(open, close string, length int, at func(int) types.Type) {
		text.WriteString(open)
		for i := range length {
			if i > 0 {
				text.WriteByte(',')
			}
			write(text, at(i))
		}
		text.WriteString(close)
	}
	arguments := func(args *types.TypeList) {
		if args.Len() > 0 {
			list("[", "]", args.Len(), args.At)
		}
	}
	switch ty := ty.(type) {
	case *types.Alias:
		write(text, types.Unalias(ty))
	case *types.Basic:
		name := ty.Name()
		switch ty.Kind() {
		case types.Byte:
			name = "uint8"
		case types.Rune:
			name = "int32"
		case types.UnsafePointer:
			name = "unsafe.Pointer"
		}
		text.WriteString(name)
	case *types.Named:
		if pkg := ty.Obj().Pkg(); pkg != nil {
			text.WriteString(pkg.Path() + ".")
		}
		text.WriteString(ty.Obj().Name())
		arguments(ty.TypeArgs())
	case *types.Pointer:
		list("*", "", 1, func(int) types.Type { return ty.Elem() })
	case *types.Slice:
		list("[]", "", 1, func(int) types.Type { return ty.Elem() })
	case *types.Array:
		list("[N]", "", 1, func(int) types.Type { return ty.Elem() })
	case *types.Map:
		list("map[", "]", 1, func(int) types.Type { return ty.Key() })
		write(text, ty.Elem())
	case *types.Chan:
		word := "chan("
		switch ty.Dir() {
		case types.SendOnly:
			word = "chan<-("
		case types.RecvOnly:
			word = "<-chan("
		}
		list(word, ")", 1, func(int) types.Type { return ty.Elem() })
	case *types.Signature:
		params, results := ty.Params(), ty.Results()
		list("func(", ")", params.Len(), func(i int) types.Type { return params.At(i).Type() })
		if ty.Variadic() {
			text.WriteString("...")
		}
		list("(", ")", results.Len(), func(i int) types.Type { return results.At(i).Type() })
	case *types.Tuple:
		list("(", ")", ty.Len(), func(i int) types.Type { return ty.At(i).Type() })
	case *types.Struct:
		text.WriteString("struct")
	case *types.Interface:
		text.WriteString("interface")
	case *types.TypeParam:
		text.WriteString("$" + ty.Obj().Name())
	default:
		text.WriteString("?" + ty.String())
	}
}
