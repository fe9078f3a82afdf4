from core.prompt.clause_splitting import read


def test_each_clause_has_its_subject_and_the_pair_its_names():
    sentences, _, rest = read("A stares at B, B looks at the floor. They argue", False, str)
    parts = [part for sentence in sentences for part in sentence.parts]
    assert [part.subject for part in parts] == ["a", "b", "both"]
    assert parts[0].normalized == "one person stares at the other person"
    assert rest == ""
