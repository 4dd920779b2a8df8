using System.Text.Json.Nodes;

namespace MolEngine.Server.Tests;

/// <summary>The page, in a browser.</summary>
public sealed class ChatPageTests(RandomServer server) : IClassFixture<RandomServer>
{
    private const int Enter = 13;

    [Fact]
    public async Task Both_models_answer_and_the_heat_is_the_divergence()
    {
        await using Browser page = await Browser.Open(server.Address);
        await page.Show(1280, 800, dark: false);
        await page.Until("document.querySelectorAll('#right option').length === 2");
        Assert.Equal(
            """["tiny","trained"]""", (await page.Evaluate("[left.value, right.value]"))!.ToJsonString());
        Assert.Equal("message", (string)(await page.Evaluate("document.activeElement.id"))!);

        // Shift and Enter begin a line, Enter sends.
        await page.Evaluate("most.value = 24; seed.value = 5; temperature.value = 1; 0");
        await page.Type("Hi");
        await page.Press("Enter", Enter, shift: true);
        await page.Type("there");
        await page.Press("Enter", Enter);
        await page.Until("document.body.dataset.answered === '1'");
        Assert.Equal("Hi\nthere", (string)(await page.Evaluate("document.querySelector('.said').textContent"))!);
        Assert.Equal("", (string)(await page.Evaluate(
            "[...document.querySelectorAll('.wrong')].map(e => e.textContent).join()"))!);
        await AssertAnswer(page, "first", "tiny", isWarm: false);
        await AssertAnswer(page, "second", "trained", isWarm: true);
        Assert.Matches(
            "mean KL [0-9.]+ over [0-9]+ tokens",
            (string)(await page.Evaluate("document.querySelector('.answer.second .figures').textContent"))!);

        await AssertFits(page, "wide");
        await page.Show(390, 844, dark: false);
        await AssertFits(page, "phone");
        Assert.True((bool)(await page.Evaluate(
            "document.querySelector('.answer.second').getBoundingClientRect().top >= "
            + "document.querySelector('.answer.first').getBoundingClientRect().bottom"))!);
        await page.Show(390, 844, dark: true);
        await AssertFits(page, "phone-dark");
        await page.Show(1280, 800, dark: true);
        await AssertFits(page, "wide-dark");
        Assert.Equal("rgb(22, 23, 26)", (string)(await page.Evaluate(
            "getComputedStyle(document.body).backgroundColor"))!);

        // Esc stops an answer under way: pressed in the page, as a busy machine may press it after the answer's end.
        await page.Evaluate("""
            most.value = 900; message.focus();
            new MutationObserver((_, seen) => {
              if (document.querySelectorAll('.turn:last-of-type .text span').length < 3) return;
              seen.disconnect();
              message.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
            }).observe(document.body, { childList: true, subtree: true });
            0
            """);
        await page.Type("Go on");
        await page.Press("Enter", Enter);
        await page.Until("document.body.dataset.answered === '2'");
        Assert.Contains("stopped", (string)(await page.Evaluate(
            "[...document.querySelectorAll('.figures')].at(-1).textContent"))!);
        await TestServer.Until(() => server.Scheduler.Running == 0, "nothing is generated any more");
    }

    private static async Task AssertAnswer(Browser page, string side, string model, bool isWarm)
    {
        string card = $"document.querySelector('.answer.{side}')";
        Assert.Equal(model, (string)(await page.Evaluate($"{card}.querySelector('.who').textContent"))!);
        JsonArray spans = (await page.Evaluate(
            $"[...{card}.querySelectorAll('.text span')].map(s => [s.title, getComputedStyle(s).backgroundColor])"))!
            .AsArray();
        Assert.NotEmpty(spans);
        if (!isWarm)
            Assert.All(spans, s => Assert.Equal("", (string)s![0]!));
        if (isWarm)
            Assert.Contains(spans, s => (string)s![1]! != "rgba(0, 0, 0, 0)");
        else
            Assert.All(spans, s => Assert.Equal("rgba(0, 0, 0, 0)", (string)s![1]!));
    }

    private static async Task AssertFits(Browser page, string name)
    {
        await page.Picture(name);
        Assert.True(
            (bool)(await page.Evaluate("document.documentElement.scrollWidth <= innerWidth"))!, $"{name} is too wide");
    }
}
