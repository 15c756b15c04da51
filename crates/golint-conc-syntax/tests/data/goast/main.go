// Prints the nodes of Go files as go/ast has them, for tests/go_ast.rs.
//
// Each argument is a folder. For each file that go/parser accepts it prints the path, then a line for each node of
// interest inside a declaration: its kind and its first and last offset; then an empty line.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, dir := range os.Args[1:] {
		paths, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, path := range paths {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err == nil {
				dump(out, fset.File(file.FileStart), path, file)
			}
		}
	}
}

func dump(out *bufio.Writer, file *token.File, path string, root *ast.File) {
	fmt.Fprintln(out, path)
	for _, decl := range root.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			continue
		}
		// The arena has the clauses of a switch or select without a block around them.
		braces := map[ast.Node]bool{}
		ast.Inspect(decl, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SwitchStmt:
				braces[node.Body] = true
			case *ast.TypeSwitchStmt:
				braces[node.Body] = true
			case *ast.SelectStmt:
				braces[node.Body] = true
			}
			if braces[node] {
				return true
			}
			if kind := kindOf(node); kind != "" {
				fmt.Fprintln(out, kind, file.Offset(node.Pos()), file.Offset(end(node)))
			}
			return true
		})
	}
	fmt.Fprintln(out)
}

// A label at the end of a block ends with its colon, not where the empty statement behind it is said to stand.
func end(node ast.Node) token.Pos {
	if label, ok := node.(*ast.LabeledStmt); ok {
		if empty, ok := label.Stmt.(*ast.EmptyStmt); ok && empty.Implicit {
			return label.Colon + 1
		}
	}
	return node.End()
}

func kindOf(node ast.Node) string {
	switch node := node.(type) {
	case *ast.CallExpr:
		return "call"
	case *ast.FuncLit:
		return "func"
	case *ast.CompositeLit:
		return "composite"
	case *ast.SelectorExpr:
		return "selector"
	case *ast.IndexExpr, *ast.IndexListExpr:
		return "index"
	case *ast.SliceExpr:
		return "slice"
	case *ast.TypeAssertExpr:
		if node.Type == nil {
			return "" // part of the head of a type switch
		}
		return "assert"
	case *ast.StarExpr:
		return "star"
	case *ast.UnaryExpr:
		if node.Op == token.ARROW {
			return "receive"
		}
		return "unary"
	case *ast.BinaryExpr:
		return "binary"
	case *ast.KeyValueExpr:
		return "keyvalue"
	case *ast.ParenExpr:
		return "paren"
	case *ast.MapType:
		return "map"
	case *ast.ChanType:
		return "chan"
	case *ast.ArrayType:
		return "array"
	case *ast.StructType:
		return "struct"
	case *ast.InterfaceType:
		return "interface"
	case *ast.GoStmt:
		return "go"
	case *ast.DeferStmt:
		return "defer"
	case *ast.SendStmt:
		return "send"
	case *ast.SelectStmt:
		return "select"
	case *ast.AssignStmt:
		return "assign"
	case *ast.IncDecStmt:
		return "incdec"
	case *ast.RangeStmt:
		return "range"
	case *ast.ForStmt:
		return "for"
	case *ast.IfStmt:
		return "if"
	case *ast.SwitchStmt:
		return "switch"
	case *ast.TypeSwitchStmt:
		return "typeswitch"
	case *ast.ReturnStmt:
		return "return"
	case *ast.BranchStmt:
		return "branch"
	case *ast.LabeledStmt:
		return "label"
	case *ast.BlockStmt:
		return "block"
	}
	return ""
}
