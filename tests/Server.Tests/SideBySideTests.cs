using System.Text.Json.Nodes;

namespace MolEngine.Server.Tests;

/// <summary>Several models over one copy of the base, and many clients at once.</summary>
public sealed class SideBySideTests(RandomServer server) : IClassFixture<RandomServer>
{
    private const string Body = """
        {"model": "MODEL", "prompt": "PROMPT", "max_tokens": 12, "temperature": 1, "seed": SEED, "logprobs": 1}
        """;

    [Fact]
    public async Task The_models_are_listed_with_their_parent()
    {
        JsonNode list = JsonNode.Parse(await server.Client.GetStringAsync("/v1/models"))!;
        Assert.Equal(
            [("tiny", null), ("trained", "tiny")],
            list["data"]!.AsArray().Select(m => ((string)m!["id"]!, (string?)m["parent"])));
        JsonNode one = JsonNode.Parse(await server.Client.GetStringAsync("/v1/models/trained"))!;
        Assert.Equal(list["data"]![1]!.ToJsonString(), one.ToJsonString());
        Assert.Equal(1025, (int)one["max_model_len"]!);
    }

    [Fact]
    public async Task Sixty_four_clients_at_once_get_what_each_gets_alone()
    {
        string[] bodies =
        [
            .. Enumerable.Range(0, 64).Select(i => Body.Replace("MODEL", i % 3 == 0 ? "trained" : "tiny")
                .Replace("PROMPT", new string('x', i % 7) + (char)('a' + (i % 26))).Replace("SEED", $"{i}")),
        ];
        var alone = new List<string>();
        foreach (string body in bodies)
            alone.Add(Said(await server.Ok("/v1/completions", body)));
        string[] together = await Task.WhenAll(
            bodies.Select(async b => Said(await server.Ok("/v1/completions", b))));
        Assert.Equal(alone, together);
        Assert.InRange(alone.Distinct().Count(), 60, 64);

        static string Said(JsonNode answer) => answer["choices"]![0]!.ToJsonString();
    }

    [Fact]
    public async Task Each_token_tells_how_far_its_model_is_from_another()
    {
        // 259 tokens: of each position the whole distribution is had by its most probable ones, and what is left.
        const string Fields = "\"prompt\": \"Glass\", \"max_tokens\": 6, \"temperature\": 0, \"ignore_eos\": true";
        JsonNode answer = await server.Ok(
            "/v1/completions", $$$"""{"model": "trained", {{{Fields}}}, "molengine": {"kl_to": "tiny"}}""");
        JsonNode choice = answer["choices"]![0]!;
        JsonArray tokens = choice["molengine"]!["tokens"]!.AsArray();
        Assert.Equal((string)choice["text"]!, string.Concat(tokens.Select(t => (string)t!["text"]!)));
        double[] told = [.. tokens.Where(t => t!["kl"] is not null).Select(t => (double)t!["kl"]!)];
        Assert.Equal(6, told.Length);
        Assert.All(told, kl => Assert.InRange(kl, 1e-3, 100));
        answer = await server.Ok(
            "/v1/completions", $$$"""{"model": "trained", {{{Fields}}}, "molengine": {"kl_to": "trained"}}""");
        Assert.All(
            answer["choices"]![0]!["molengine"]!["tokens"]!.AsArray().Where(t => t!["kl"] is not null),
            t => Assert.InRange((double)t!["kl"]!, 0, 1e-9));
        Assert.Null((await server.Ok("/v1/completions", $$"""{"model": "tiny", {{Fields}}}"""))
            ["choices"]![0]!["molengine"]);
    }

    [Fact]
    public async Task Figures_count_what_was_done()
    {
        double tokens = await server.Metric("molengine_generated_tokens_total");
        double first = await server.Metric("molengine_time_to_first_token_seconds_count");
        double between = await server.Metric("molengine_time_between_tokens_seconds_count");
        double prompts = await server.Metric("molengine_prompt_tokens_total");
        await server.Ok(
            "/v1/completions",
            """{"model": "tiny", "prompt": "abc", "max_tokens": 5, "temperature": 0, "ignore_eos": true}""");
        Assert.Equal(tokens + 5, await server.Metric("molengine_generated_tokens_total"));
        Assert.Equal(first + 1, await server.Metric("molengine_time_to_first_token_seconds_count"));
        Assert.Equal(between + 4, await server.Metric("molengine_time_between_tokens_seconds_count"));
        Assert.Equal(prompts + 3, await server.Metric("molengine_prompt_tokens_total"));
        using HttpResponseMessage response = await server.Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string text = await response.Content.ReadAsStringAsync();
        Assert.Matches("molengine_requests_total\\{path=\"/v1/completions\",status=\"200\"\\} [1-9]", text);
        Assert.Matches("molengine_queue_seconds_bucket\\{le=\"\\+Inf\"\\} [1-9]", text);
        Assert.All(
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[^}]*\\})? [0-9.eE+-]+)$", line));
    }
}
