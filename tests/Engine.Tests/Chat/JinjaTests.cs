namespace MolEngine.Engine.Tests.Chat;

/// <summary>
/// The language, case by case: each expectation is what Jinja2 3.1.6 gives in the sandbox that transformers sets up.
/// </summary>
public sealed class JinjaTests
{
    private const string Given =
        """
        {"s": "Hello World", "n": 3, "f": 2.5, "none": null, "yes": true, "list": [1, "a", 2.0, null, true],
         "d": {"b": 1, "a": [1, 2], "items": "x"}, "astral": "a\ud83d\ude00b", "quotes": "it's \"q\"",
         "users": [{"name": "B", "age": 2}, {"name": "a", "age": 1}, {"name": "b", "age": 2}]}
        """;

    [Theory]
    // Arithmetic: whole numbers of any size, floor division, Python's remainder, chains of powers from the left.
    [InlineData("{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 4 / 2 }}", "3 -4 2 -2 3.5 2.0")]
    [InlineData("{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** -1 }} {{ 10 ** 20 }}", "64 4 0.5 100000000000000000000")]
    [InlineData(
        "{{ 1 + true }} {{ 1.0 + 1 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }}",
        "2 2.0 0.30000000000000004 1e+16 1000000000000000.0")]
    [InlineData("{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1e-5 }} {{ -0.0 }}", "31 5 15 1000 1e-05 -0.0")]
    [InlineData("{{ 'ab' * 2 ~ 3 }} {{ [1] * 2 + ['x'] }} {{ (1,) + (2, 3) }}", "abab3 [1, 1, 'x'] (1, 2, 3)")]
    // Comparisons in chains, by value across types, and in.
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 == true }} {{ '1' == 1 }}", "True False True False")]
    [InlineData("{{ 'a' in 'abc' }} {{ 3 not in [1, 2] }} {{ 'b' in d }} {{ 2 in range(3) }}", "True True True True")]
    [InlineData("{{ [1, 2] < [1, 3] }} {{ 'B' < 'a' }} {{ (1, 2) == [1, 2] }}", "True True False")]
    [InlineData("{{ 0 or 'x' }} {{ 1 and '' }}| {{ not [] }} {{ none or false }}", "x | True False")]
    [InlineData("{{ 'a' if yes else 'b' }}{{ 'a' if not yes }}{{ 'a' if 0 else 'b' if 0 else 'c' }}", "ac")]
    // What prints as what.
    [InlineData("{{ list }}", "[1, 'a', 2.0, None, True]")]
    [InlineData("{{ d }} {{ {} }} {{ () }} {{ (1,) }}", "{'b': 1, 'a': [1, 2], 'items': 'x'} {} () (1,)")]
    [InlineData("{{ [quotes, 'it\\'s', '\"', '\\\\\\n\\x00'] }}", "['it\\'s \"q\"', \"it's\", '\"', '\\\\\\n\\x00']")]
    [InlineData("{{ ['\\u00e9\\u200b\\u2028'] }} {{ [astral] }}", "['é\\u200b\\u2028'] ['a😀b']")]
    [InlineData("{{ none }}{{ undefined_thing }}{{ true }}", "NoneTrue")]
    // Places are code points; slices go both ways.
    [InlineData("{{ astral|length }} {{ astral[1] }} {{ astral[::-1] }} {{ astral[-1] }}", "3 😀 b😀a b")]
    [InlineData(
        "{{ s[1:4] }} {{ s[:-6:-1] }} {{ s[::3] }} {{ list[1:3] }} {{ list[-2:] }}",
        "ell dlroW HlWl ['a', 2.0] [None, True]")]
    [InlineData("{{ list[::-1][0] }} {{ list[9] }}|{{ d.a.1 }} {{ d['a'][-1] }}", "True |2 2")]
    // An attribute comes before an item with a dot, after it in brackets.
    [InlineData("{{ d['items'] }} {{ d.items()|list|length }} {{ d.b }} {{ d.nothing is defined }}", "x 3 1 False")]
    [InlineData(
        "{{ d.get('b') }} {{ d.get('q') }} {{ d.get('q', 5) }} {{ d.keys()|list }} {{ d.values()|first }}",
        "1 None 5 ['b', 'a', 'items'] 1")]
    public void An_expression_gives_what_Jinja_gives(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    [InlineData(
        "{{ ' a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abc'.lstrip('ab') }}|{{ 'a\\n'.rstrip('\\n') }}",
        "a b|a|c|a")]
    [InlineData(
        "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }}",
        "['a', 'b', '', 'c'] ['a', 'b'] ['a', 'b c']")]
    [InlineData(
        "{{ 'a b c'.rsplit(' ', 1) }} {{ '  a b  '.split(none, 1) }} {{ 'a\\r\\nb\\x0bc'.splitlines() }}",
        "['a b', 'c'] ['a', 'b  '] ['a', 'b', 'c']")]
    [InlineData(
        "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.startswith('b', 1) }}",
        "True True True")]
    [InlineData(
        "{{ 'aXbX'.replace('X', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ 'ab'.replace('', '.') }}",
        "a-b- bba .a.b.")]
    [InlineData(
        "{{ 'abcb'.find('b') }} {{ 'abcb'.rfind('b') }} {{ 'abc'.find('z') }} {{ 'abab'.count('ab') }}",
        "1 3 -1 2")]
    [InlineData(
        "{{ ', '.join(['a', 'b']) }} {{ 'k=v=w'.partition('=') }} {{ 'prefix'.removeprefix('pre') }}",
        "a, b ('k', '=', 'v=w') fix")]
    [InlineData(
        "{{ 'straße'.upper() }} {{ 'ΑΣ'.lower() }} {{ 'ﬁx it'.title() }} {{ 'éA'.capitalize() }}",
        "STRASSE ας Fix It Éa")]
    [InlineData("{{ '{} {!r:>5} {x:.2f}'.format(1, 'a', x=2.345) }} {{ '{0[b]}{0.b}'.format(d) }}", "1   'a' 2.35 11")]
    [InlineData(
        "{{ '{:,} {:05d} {:+.1e} {:x} {:^5}|'.format(1234567, -42, 12345.678, 255, 'a') }}",
        "1,234,567 -0042 +1.2e+04 ff   a  |")]
    [InlineData("{{ '%s|%5.1f|%-4d|%04d|%x|%r|%%' % ('a', 2.25, 3, -7, 255, 'q') }}", "a|  2.2|3   |-007|ff|'q'|%")]
    [InlineData("{{ '%(a)s' % {'a': 1} }} {{ '%s' % undefined_thing }}|{{ '%s' % [1] }}", "1 |[1]")]
    public void A_method_gives_what_Python_gives(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    [InlineData(
        "{{ s is string }} {{ d is mapping }} {{ list is sequence }} {{ d is iterable }} {{ s is iterable }}",
        "True True True True True")]
    [InlineData(
        "{{ 1 is integer }} {{ true is integer }} {{ true is number }} {{ 1.0 is float }} {{ yes is boolean "
            + "}}",
        "True False True True True")]
    [InlineData(
        "{{ none is none }} {{ yes is true }} {{ 1 is true }} {{ 3 is odd }} {{ 4 is divisibleby 2 }}",
        "True True False True True")]
    [InlineData(
        "{{ q is defined }} {{ q is not defined }} {{ 1 is in [1] }} {{ 'a' is eq 'a' }} {{ 2 is gt(1) }}",
        "False True True True True")]
    [InlineData(
        "{{ 'abc' is lower }} {{ 'ABC' is upper }} {{ range is callable }} {{ none is sameas none }}",
        "True True True True")]
    public void A_test_says_what_Jinja_says(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    [InlineData(
        "{{ ' x '|trim }}|{{ s|length }}|{{ [1, 2]|join('-') }}|{{ users|join(', ', attribute='name') }}",
        "x|11|1-2|B, a, b")]
    [InlineData("{{ users|map(attribute='age')|list }} {{ ['a', 'b']|map('upper')|join }}", "[2, 1, 2] AB")]
    [InlineData("{{ users|selectattr('age', 'equalto', 2)|map(attribute='name')|list }}", "['B', 'b']")]
    [InlineData("{{ users|rejectattr('age', 'gt', 1)|list|length }} {{ [1, 2, 3]|select('odd')|list }}", "1 [1, 3]")]
    [InlineData("{{ [0, 1, '']|select|list }} {{ [1, none]|reject('none')|list }}", "[1] [1]")]
    [InlineData(
        "{{ q|default('d') }} {{ ''|default('d') }}|{{ ''|d('d', true) }} {{ none|default('d') }}",
        "d |d None")]
    [InlineData(
        "{{ '42.7'|int }} {{ 'x'|int(7) }} {{ '0x1f'|int(base=16) }} {{ '1e3'|float }} {{ 3.9|int }}",
        "42 7 31 1000.0 3")]
    [InlineData(
        "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 42|round }} {{ 2.1|round(0, 'ceil') }}",
        "2.0 4.0 2.67 42 3.0")]
    [InlineData(
        "{{ ['b', 'A', 'c']|sort }} {{ ['b', 'A']|sort(case_sensitive=true, reverse=true) }}",
        "['A', 'b', 'c'] ['b', 'A']")]
    [InlineData("{{ users|sort(attribute='age,name')|map(attribute='name')|join }}", "aBb")]
    [InlineData(
        "{{ ['a', 'A', 'b']|unique|list }} {{ [3, 1, 2]|min }} {{ ['b', 'C']|max }} {{ [1, 2.5]|sum }}",
        "['a', 'b'] 1 C 3.5")]
    [InlineData(
        "{% for k, v in users|groupby('age') %}{{ k }}:{{ v|map(attribute='name')|join }} {% endfor %}",
        "1:a 2:Bb ")]
    [InlineData("{{ [1, 2, 3]|batch(2, 0)|list }} {{ [1, 2, 3]|slice(2)|list }}", "[[1, 2], [3, 0]] [[1, 2], [3]]")]
    [InlineData(
        "{{ {'b': 1, 'A': 2}|dictsort }} {{ {'a': 1}|items|list }} {{ {'a': 1}|dictsort(by='value') }}",
        "[('A', 2), ('b', 1)] [('a', 1)] [('a', 1)]")]
    [InlineData(
        "{{ 'abc'|reverse }} {{ [1, 2]|reverse|list }} {{ 'abc'|first }} {{ [1, 2]|last }} {{ []|first }}|",
        "cba [2, 1] a 2 |")]
    [InlineData("{{ 'a\nb\n\nc'|indent }}", "a\n    b\n\n    c")]
    [InlineData("{{ 'a\nb'|indent('> ', first=true) }}", "> a\n> b")]
    [InlineData(
        "{{ 'hello big world'|truncate(9, leeway=0) }} {{ 'a b  c'|wordcount }} {{ 'a b/é'|urlencode }}",
        "hello... 3 a%20b/%C3%A9")]
    [InlineData(
        "{{ \"foo bar-baz it's\"|title }} {{ 'x'|upper|lower }} {{ 'ab'|replace('a', 'c') }}",
        "Foo Bar-Baz It's x cb")]
    [InlineData(
        "{{ '<a>'|e }} {{ '<a>'|safe + '<b>' }} {{ '%s %s'|format(1, 'x') }} {{ -3|abs }}",
        "&lt;a&gt; <a>&lt;b&gt; 1 x 3")]
    [InlineData(
        "{{ {'a': [1, 2.0, none, true, '<é\"\\n'], 'b': {}}|tojson }}",
        "{\"a\": [1, 2.0, null, true, \"<é\\\"\\n\"], \"b\": {}}")]
    [InlineData(
        "{{ {'b': 'é', 'a': 1}|tojson(ensure_ascii=true, sort_keys=true, separators=(',', ':')) }}",
        "{\"a\":1,\"b\":\"\\u00e9\"}")]
    [InlineData(
        "{{ {'a': [1, {}], 'b': []}|tojson(indent=2) }}",
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")]
    [InlineData("{% filter upper %}a{{ s }}{% endfilter %} {% set x | trim %} y {% endset %}{{ x }}", "AHELLO WORLD y")]
    public void A_filter_gives_what_Jinja_gives(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    // A name that is set in a loop, a with or a macro is set there alone; a namespace's attribute everywhere.
    [InlineData("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + 5 %}{{ x }} {% endfor %}{{ x }}", "16 16 1")]
    [InlineData(
        "{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "3")]
    [InlineData("{% if yes %}{% set x = 1 %}{% endif %}{{ x }}{% with x = 2 %}{{ x }}{% endwith %}{{ x }}", "121")]
    [InlineData("{% macro m() %}{% set s = 'in' %}{{ s }}{% endmacro %}{{ m() }} {{ s }}", "in Hello World")]
    // What a scope sets anywhere is its own from its beginning, so a macro sees what is not set yet as undefined.
    [InlineData("{% macro m() %}[{{ s }}]{% endmacro %}{{ m() }}{% set s = 'later' %}{{ m() }}", "[][later]")]
    [InlineData(
        "{% set a, b = 1, (2, 3) %}{{ a }}{{ b }} {% for k, (x, y) in [(1, (2, 3))] %}{{ k }}{{ x }}{{ y "
            + "}}{% endfor %}",
        "1(2, 3) 123")]
    [InlineData("{% for x in list if x %}{{ loop.index }}{{ x }} {% endfor %}", "11 2a 32.0 4True ")]
    [InlineData("{% for x in [] %}a{% else %}none{% endfor %}{% for x in [1] %}a{% else %}b{% endfor %}", "nonea")]
    [InlineData("{% for x in [1] %}{% continue %}{% else %}no round ended{% endfor %}", "no round ended")]
    [InlineData(
        "{% for x in range(9) %}{% if x == 1 %}{% continue %}{% endif %}{% if x > 2 %}{% break %}{% endif "
            + "%}{{ x }}{% endfor %}",
        "02")]
    [InlineData(
        "{% for x in 'abc' %}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.length }} {% endfor %}",
        "TrueFalse33 FalseFalse23 FalseTrue13 ")]
    [InlineData(
        "{% for x in [1, 1, 2] %}{{ loop.previtem }}<{{ loop.nextitem }}{{ loop.changed(x) }}{{ "
            + "loop.cycle('a', 'b') }} {% endfor %}",
        "<1Truea 1<2Falseb 1<Truea ")]
    [InlineData(
        "{% for x in [[1, [2]], 3] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else "
            + "%}{{ x }}{% endif %}{% endfor %}",
        "1(212(32))13")]
    [InlineData(
        "{% macro m(a, b='d', c=a) %}{{ a }}{{ b }}{{ c }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, "
            + "3, 4, k=5) }} {{ m(1) }}",
        "123(4,){'k': 5} 1d1(){}")]
    [InlineData("{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) m(7) %}{{ y }}!{% endcall %}", "<7!>")]
    [InlineData("{% macro even(n) %}{{ 'y' if n == 0 else even(n - 2) }}{% endmacro %}{{ even(10) }}", "y")]
    [InlineData("{% set x %}a{{ 1 + 1 }}{% endset %}{{ x }}{{ x|length }}", "a22")]
    [InlineData(
        "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{% set j = joiner(';') %}{{ "
            + "j() }}x{{ j() }}y",
        "abax;y")]
    [InlineData(
        "{{ dict(a=1, **{'b': 2}) }} {{ namespace({'a': 1}).a }} {{ range(5, 0, -2)|list }}",
        "{'a': 1, 'b': 2} 1 [5, 3, 1]")]
    [InlineData("{% if 0 %}a{% elif '' %}b{% elif 1 %}c{% else %}d{% endif %}", "c")]
    [InlineData("{% if false %}{{ 'x'|no_such_filter }}{% endif %}ok", "ok")]
    public void A_statement_does_what_Jinja_does(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    [InlineData("a\n", "a")]
    [InlineData("a\n\n", "a\n")]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    [InlineData("  {% if yes %}\n  x\n  {% endif %}\ny", "  x\ny")]
    [InlineData("a  {% if yes %} b {% endif %} c", "a   b  c")]
    [InlineData("a \n {%- if yes -%} \n b {%- endif %} c", "ab c")]
    [InlineData("  {%+ if yes +%}\nx{% endif %}", "  \nx")]
    [InlineData("x\n  {{- 1 -}}  \ny{{ 2 }}\nz", "x1y2\nz")]
    [InlineData("a\n  {# note #}\nb{#- note -#}  c", "a\nbc")]
    [InlineData("{% raw %}{{ x }}{% endraw %}|{%- raw -%} {% y %} {%- endraw %}", "{{ x }}|{% y %}")]
    [InlineData("{{ 'a\\tb\\x41\\u00e9\\q\\\\' }}", "a\tbAé\\q\\")]
    [InlineData("{{ 'a' 'b' \"c\" }} {{ \"{% x %}\" }} {{ {'a': {}}}}", "abc {% x %} {'a': {}}")]
    public void White_space_goes_where_Jinja_lets_it_go(string template, string expected) =>
        Assert.Equal(expected, Rendering.Of(template, Given));

    [Theory]
    [InlineData("%Y-%m-%d %H:%M:%S", "2026-03-05 14:07:09")]
    [InlineData("%d %b %Y, %A %-d %B %e %I:%M %p %y %j %U %%", "05 Mar 2026, Thursday 5 March  5 02:07 PM 26 064 09 %")]
    [InlineData("%F %T %D %R %c %q", "2026-03-05 14:07:09 03/05/26 14:07 Thu Mar  5 14:07:09 2026 %q")]
    public void The_time_is_written_as_C_writes_it(string format, string expected)
    {
        var template = Engine.Chat.ChatTemplate.Parse(
            $"{{{{ strftime_now('{format}') }}}}", "t", clock: new StoppedClock(new DateTime(2026, 3, 5, 14, 7, 9)));
        Assert.Equal(expected, template.Render([], Basics.Values.MapValue.Empty, false).Text);
        Assert.True(template.ReadsClock);
    }
}
