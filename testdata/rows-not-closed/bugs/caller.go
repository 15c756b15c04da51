package bugs

// The file does not import the package whose rows it gets.
func (s *store) isEmpty(table string) (bool, error) {
	rows, err := s.query(table) // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return !rows.Next(), nil
}
