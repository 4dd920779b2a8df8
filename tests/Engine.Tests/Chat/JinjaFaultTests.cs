using System.Text;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Chat;

/// <summary>What is wrong with a template is said with its line, and whatever it does comes to an end.</summary>
public sealed class JinjaFaultTests
{
    [Theory]
    [InlineData("\n{{ a.b }}", "t:2: the chat template fails on the dialogue: 'a' is undefined (UndefinedError)")]
    [InlineData("{{ {}.x.y }}", "'dict object' has no attribute 'x'")]
    [InlineData("{{ none['a'].b }}", "'None' has no attribute 'a'")]
    [InlineData("{{ [][0] + 1 }}", "list object has no element 0")]
    [InlineData("{{ 'a' + 1 }}", "can only concatenate str (not \"int\") to str (TypeError)")]
    [InlineData("{{ 1 + 'a' }}", "unsupported operand type(s) for +: 'int' and 'str'")]
    [InlineData("{{ 1 < 'a' }}", "'<' not supported between instances of 'int' and 'str'")]
    [InlineData("{{ 1 in 'a' }}", "'in <string>' requires string as left operand, not int")]
    [InlineData("{{ 1 // 0 }}", "integer division or modulo by zero (ZeroDivisionError)")]
    [InlineData("{{ 'a' + missing }}", "'missing' is undefined")]
    [InlineData("{{ 5() }}", "'int' object is not callable")]
    [InlineData("{{ [1].append(2) }}", "access to attribute 'append' of 'list' object is unsafe. (SecurityError)")]
    [InlineData("{{ {}.update({}) }}", "access to attribute 'update' of 'dict' object is unsafe.")]
    [InlineData("{{ ''.__class__.mro() }}", "access to attribute '__class__' of 'str' object is unsafe.")]
    [InlineData("{% set d = {} %}{% set d.a = 1 %}", "cannot assign attribute on non-namespace object")]
    [InlineData("{{ {[]: 1} }}", "unhashable type: 'list'")]
    [InlineData("{% set a, b = [1] %}", "not enough values to unpack (expected 2, got 1)")]
    [InlineData("{% for x in 5 %}{% endfor %}", "'int' object is not iterable")]
    [InlineData("{{ 'x'|tojson(1, 2, 3, 4, 5) }}", "tojson: expected at most 4 arguments, got 5")]
    [InlineData("{{ range|tojson }}", "is not JSON serializable")]
    [InlineData("{{ 'a'.format }}", "the function format is printed, not what it gives")]
    [InlineData("{{ [1, 'a']|sort }}", "'<' not supported between instances of 'str' and 'int'")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "macro 'm' takes not more than 1 argument(s)")]
    [InlineData(
        "{{ raise_exception('Only one!') }}",
        "t:1: the chat template refuses the dialogue: Only one! Change the dialogue, or name another template")]
    public void What_fails_is_named(string template, string says) =>
        Assert.Contains(says, Rendering.Error(template));

    [Theory]
    [InlineData("a\n{% if x %}\nb", "t:3: not a chat template: {% if %} of line 2 is not closed")]
    [InlineData("{% endif %}", "unknown tag 'endif'")]
    [InlineData("{{ 1 + }}", "expected an expression, got }}")]
    [InlineData("{{ (1 }}", "t:1: not a chat template: unexpected '}', expected ')'")]
    [InlineData("{{ 'a }}", "a string is not closed")]
    [InlineData("{# a", "{# is not closed")]
    [InlineData("{{ a", "{{ is not closed")]
    [InlineData("{% raw %}", "{% raw %} is not closed")]
    [InlineData("{{ a ? b }}", "unexpected character '?' (U+003F)")]
    [InlineData("{{ '\\x1' }}", "an escape in a string: expected 2 hexadecimal digits")]
    [InlineData("{% for loop in x %}{% endfor %}", "can't assign to the special variable loop")]
    [InlineData("{% set 1 = 2 %}", "can't assign to 1")]
    [InlineData("{% break %}", "{% break %} stands in no loop")]
    [InlineData("{% for x in y %}{% generation %}{% continue %}{% endgeneration %}{% endfor %}", "stands in no loop")]
    public void What_is_no_template_is_said_with_its_line(string template, string says) =>
        Assert.Contains(says, Rendering.Error(template));

    [Theory]
    [InlineData("\n{% include 'x' %}", "t:2: the chat template uses the tag 'include', which is not supported")]
    [InlineData("{% block x %}{% endblock %}", "the tag 'block'")]
    [InlineData("{{ x|xmlattr }}", "t:1: the chat template uses the filter 'xmlattr', which is not supported")]
    [InlineData("{{ x is nonsense }}", "the test 'nonsense'")]
    [InlineData("{{ lipsum() }}", "the function 'lipsum'")]
    [InlineData("{{ 'a'.encode('utf-8') }}", "the method 'encode' of 'str'")]
    [InlineData("{{ '\\N{BULLET}' }}", "characters by name")]
    public void What_is_not_supported_is_refused_by_name_and_line(string template, string says) =>
        Assert.Contains(says, Rendering.Error(template));

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}")]
    [InlineData("{{ 'a' * 9999999999 }}")]
    [InlineData("{{ [0] * 9999999999 }}")]
    [InlineData("{{ '{:>999999999}'.format('a') }}")]
    [InlineData("{{ '%999999999s' % 'a' }}")]
    [InlineData("{{ 'a'.center(2000000000) }}")]
    [InlineData("{{ 9 ** (9 ** 9) }}")]
    [InlineData("{% set n = namespace(i=9) %}{% for i in range(99) %}{% set n.i = n.i * n.i %}{% endfor %}")]
    [InlineData("{{ range(999999999) }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(90000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData(
        "{% set n = namespace(l=[]) %}{% for i in range(90000) %}{% set n.l = [n.l] %}{% endfor %}{{ "
            + "n.l|tojson }}")]
    [InlineData(
        "{% set n = namespace(a=[], b=[]) %}{% for i in range(90000) %}{% set n.a = [n.a] %}{% set n.b = "
            + "[n.b] %}{% endfor %}{{ n.a == n.b }}")]
    [InlineData("{% set s = 'ab' * 99999 %}{% for i in range(99999) %}{% set t = s.replace('a', 'b') %}{% endfor %}")]
    [InlineData("{% set s = 'ab' * 99999 %}{% for i in range(99999) %}{% set t = s|list|sort %}{% endfor %}")]
    [InlineData("{% set s = 'ab' * 99999 %}{% for i in range(99999) %}{% set t = s in s %}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData(
        "{% set n = namespace(l=[]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ "
            + "n.l|tojson }}")]
    [InlineData(
        "{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = "
            + "[n.b, n.b] %}{% endfor %}{{ n.a == n.b }}")]
    [InlineData(
        "{% set n = namespace(l=['a' * 9999]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor "
            + "%}{{ '%r' % (n.l,) }}")]
    public void What_would_not_end_is_stopped(string template) =>
        Assert.Matches("does not come to an end|the chat template fails", Rendering.Error(template));

    [Theory]
    [InlineData("(", "1", ")", 100_000)]
    [InlineData("[", "1", "]", 100_000)]
    [InlineData("not ", "1", "", 100_000)]
    [InlineData("-", "1", "", 100_000)]
    [InlineData("1 + ", "1", "", 100_000)]
    [InlineData("1 if 1 else ", "1", "", 100_000)]
    [InlineData("", "x", ".a", 100_000)]
    [InlineData("", "x", "|trim", 100_000)]
    public void Depth_is_bounded(string open, string middle, string close, int times)
    {
        string source = new StringBuilder("{{ ").Insert(3, open, times).Append(middle)
            .Append(new StringBuilder().Insert(0, close, times)).Append(" }}").ToString();
        Assert.Contains("not a chat template: too", Rendering.Error(source));
    }

    [Fact]
    public void Tags_in_each_other_are_bounded()
    {
        string source = new StringBuilder().Insert(0, "{% if 1 %}", 50_000).ToString();
        Assert.Contains("too deep", Rendering.Error(source));
    }

    /// <summary>Whatever a template is, it renders or is refused with a sentence.</summary>
    [Property(MaxTest = 2000)]
    public void Any_pieces_render_or_are_refused(byte[] choices)
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "a", "'x'", "if ", "for ", " in ", "set ", "=",
            "(", ")", "[", "]", "|", ".", ",", "1", "endif", "endfor", "else", "macro ", "~", "is ", "not ",
            "generation",
            "raw", "endraw", "{", "}", ":", "*", "%", "loop", "\\",
        ];
        string source = string.Concat(choices.Select(c => pieces[c % pieces.Length]));
        try
        {
            Rendering.Of(source, """{"a": [1, "b"]}""");
        }
        catch (Engine.Chat.ChatTemplateException e)
        {
            Assert.StartsWith("t:", e.Message);
        }
    }
}
