"""Whether the runner of examples sees what is wrong."""

from docs_runner import Bindings, compare, examples_of

PAGE = """# Page

## One

```console
$ first \\
  of two lines
printed
$ second "is
open"
```

```sh
$ not this one
```

## Two

```console
$ third
...
last
```
"""


def run(tally):
    found = [(example.command, example.expected) for example in examples_of(PAGE)]
    expected = [("first \\\n  of two lines", "printed\n"), ('second "is\nopen"', ""),
                ("third", "...\nlast\n")]
    tally.check("a page's examples are found", [] if found == expected else [found])
    only = [example.command for example in examples_of(PAGE, "Two")]
    tally.check("a section's examples are found", [] if only == ["third"] else [only])

    bindings = Bindings()

    def takes(name, expected, printed):
        tally.check(f"the runner takes {name}", compare(expected, printed, bindings))

    def refuses(name, expected, printed):
        faults = compare(expected, printed, bindings)
        tally.check(f"the runner refuses {name}", [] if faults else ["it was taken"])

    takes("what is the same", "a: 1\n", "a: 1\n")
    takes("any lines for dots", "a\n...\nb\n", "a\n1\n2\nb\n")
    takes("no lines for dots", "a\n...\nb\n", "a\nb\n")
    takes("a version seen first", '{"version":1018}\n', '{"version":55}\n')
    takes("the same version again", 'ETag: "1018"\n', 'ETag: "55"\n')
    takes("another version", '{"version":1019}\n', '{"version":56}\n')
    takes("a time", '{"expires_at":"2026-11-25T12:00:00.000Z"}\n',
          '{"expires_at":"2027-01-01T00:00:00.123Z"}\n')
    takes("a cursor", '{"next_cursor":"abc"}\n', '{"next_cursor":"xyz"}\n')
    refuses("another text", "a: 1\n", "a: 2\n")
    refuses("a line more", "a\n", "a\nb\n")
    refuses("a line less", "a\nb\n", "a\n")
    refuses("nothing", "a\n", "")
    refuses("a version that has changed", 'ETag: "1018"\n', 'ETag: "56"\n')
    refuses("a version that has another name", '{"version":1020}\n', '{"version":55}\n')
    refuses("a time that has changed", '{"expires_at":"2026-11-25T12:00:00.000Z"}\n',
            '{"expires_at":"2027-01-01T00:00:00.124Z"}\n')
    refuses("null for a time", '{"expires_at":"2026-11-25T12:00:00.000Z"}\n',
            '{"expires_at":null}\n')

    for command, real in [
            ("""curl -H 'If-Match: "1018"' a""", """curl -H 'If-Match: "55"' a"""),
            ("""curl -H 'If-None-Match: "1019", "1018"' a""",
             """curl -H 'If-None-Match: "56", "55"' a"""),
            ("""curl -H 'If-Match: *' -d a=1018 b""", """curl -H 'If-Match: *' -d a=1018 b"""),
            ("""{"value":1018,"if_version":1018}""", """{"value":1018,"if_version":55}"""),
            ("""{"if_version":0}""", """{"if_version":0}"""),
            ("""curl "a?limit=2&cursor=abc\"""", """curl "a?limit=2&cursor=xyz\"""")]:
        applied = bindings.apply(command)
        tally.check(f"what is real is in: {command}", [] if applied == real else [applied])
    try:
        bindings.apply("""curl -H 'If-Match: "1021"' a""")
        tally.check("the runner refuses a version from nowhere", ["it was taken"])
    except ValueError:
        tally.check("the runner refuses a version from nowhere", [])
