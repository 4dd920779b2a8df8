using System.Text.Json.Nodes;
using MolEngine.Engine.Generation;

namespace MolEngine.Server.Tests;

/// <summary>Completions of texts and ids.</summary>
public sealed class CompletionTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    [Fact]
    public async Task A_prompt_is_a_text_ids_or_a_list_of_either()
    {
        Assert.Equal(["one two STOP three"], Texts(await Complete("\"S\"")));
        Assert.Equal(["one two STOP three", "Hello world"], Texts(await Complete("[\"S\", \"\\n\"]")));
        int s = server.Models.Tokenizer.Encode("S", false)[0], line = server.Models.Tokenizer.Encode("\n", false)[0];
        Assert.Equal(["one two STOP three"], Texts(await Complete($"[{line}, {s}]")));
        JsonNode answer = await Complete($"[[{s}], [{line}]]", "\"n\": 2, ");
        Assert.Equal(["one two STOP three", "one two STOP three", "Hello world", "Hello world"], Texts(answer));
        Assert.Equal([0, 1, 2, 3], answer["choices"]!.AsArray().Select(c => (int)c!["index"]!));
        Assert.Equal(2, (int)answer["usage"]!["prompt_tokens"]!);
        Assert.Equal("text_completion", (string)answer["object"]!);
    }

    [Fact]
    public async Task Sixteen_tokens_are_what_nobody_asked_about()
    {
        JsonNode answer = await server.Ok(
            "/v1/completions", """{"model": "tiny", "prompt": "L", "temperature": 0}""");
        Assert.Equal(string.Concat(Enumerable.Repeat("la ", 16)), Texts(answer)[0]);
        Assert.Equal("length", (string)answer["choices"]![0]!["finish_reason"]!);
    }

    [Fact]
    public async Task An_echo_tells_the_prompt_and_how_probable_it_was()
    {
        JsonNode answer = await Complete("\"aS\"", "\"echo\": true, \"logprobs\": 1, ");
        JsonNode choice = answer["choices"]![0]!, logProbs = choice["logprobs"]!;
        Assert.Equal("aSone two STOP three", (string)choice["text"]!);
        Assert.Equal(["a", "S", "one ", "two ST", "OP three"], logProbs["tokens"]!.AsArray().Select(t => (string)t!));
        Assert.Equal([0, 1, 2, 6, 12], logProbs["text_offset"]!.AsArray().Select(t => (int)t!));
        JsonArray values = logProbs["token_logprobs"]!.AsArray(), top = logProbs["top_logprobs"]!.AsArray();
        Assert.Null(values[0]);
        Assert.Null(top[0]);

        // No line of the script leads from a to S: one of 280 that are alike.
        Assert.InRange((double)values[1]! + Math.Log(280), -1e-3, 1e-3);
        Assert.All(values.Skip(2), v => Assert.InRange((double)v!, -1e-3, 0));
        Assert.Equal("one ", Assert.Single(top[2]!.AsObject()).Key);
    }

    /// <summary>A bias decides, of greedy answers too; what is told is the model's own.</summary>
    [Fact]
    public async Task A_bias_is_added_to_logits()
    {
        int la = Assert.Single(server.Models.Tokenizer.Encode("la ", false));
        JsonNode choice = (await Complete(
            "\"S\"", $"\"logit_bias\": {{\"{la}\": 100}}, \"max_tokens\": 3, \"logprobs\": 1, "))["choices"]![0]!;
        Assert.Equal("la la la ", (string)choice["text"]!);
        JsonNode first = choice["logprobs"]!["top_logprobs"]![0]!;
        Assert.InRange((double)first["one "]!, -1e-3, 0);
        Assert.InRange((double)choice["logprobs"]!["token_logprobs"]![0]!, -100, -1);
        Assert.Equal(["one two STOP three"], Texts(await Complete("\"S\"", $"\"logit_bias\": {{\"{la}\": -100}}, ")));
    }

    [Fact]
    public async Task A_text_is_scored_without_an_answer()
    {
        JsonNode choice = (await Complete("\"aS\"", "\"echo\": true, \"logprobs\": 0, \"max_tokens\": 0, "))
            ["choices"]![0]!;
        Assert.Equal("aS", (string)choice["text"]!);
        Assert.Equal(2, choice["logprobs"]!["token_logprobs"]!.AsArray().Count);
        Assert.Equal("length", (string)choice["finish_reason"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"logprobs\": 2, ")]
    [InlineData("\"echo\": true, ")]
    [InlineData("\"echo\": true, \"logprobs\": 0, ")]
    [InlineData("\"stop\": \"OP\", \"logprobs\": 0, ")]
    public async Task A_stream_adds_up_to_the_whole(string more)
    {
        JsonNode whole = (await Complete("\"aS\"", more))["choices"]![0]!;
        List<JsonNode> chunks = await server.Stream(
            "/v1/completions", Body("\"aS\"", more + "\"stream\": true, "));
        JsonNode[] choices = [.. chunks.Select(c => c["choices"]![0]!)];
        Assert.Equal((string)whole["text"]!, string.Concat(choices.Select(c => (string)c["text"]!)));
        Assert.Equal((string)whole["finish_reason"]!, (string)choices[^1]["finish_reason"]!);
        foreach (string name in (string[])["tokens", "token_logprobs", "text_offset"])
        {
            Assert.Equal(
                (whole["logprobs"]?[name]?.AsArray() ?? []).Select(v => v?.ToJsonString()),
                choices.SelectMany(c => c["logprobs"]?[name]?.AsArray() ?? []).Select(v => v?.ToJsonString()));
        }
    }

    [Theory]
    [InlineData("\"frequency_penalty\": 2, ")]
    [InlineData("\"frequency_penalty\": 1, \"presence_penalty\": 2, ")]
    public async Task Penalties_hold_at_temperature_0_too(string more)
    {
        // What stands after la is la by a logit of 16.7, which such penalties take away in the end.
        string plain = Texts(await Complete("\"L\"", "\"max_tokens\": 24, "))[0];
        string penalized = Texts(await Complete("\"L\"", more + "\"max_tokens\": 24, "))[0];
        Assert.Equal(string.Concat(Enumerable.Repeat("la ", 24)), plain);
        Assert.NotEqual(plain, penalized);
        Assert.StartsWith("la la ", penalized);
    }

    [Fact]
    public async Task Tokens_are_drawn_as_the_engine_draws_them()
    {
        SamplingSettings settings = new(Temperature: 8, TopK: 40, TopP: 0.9, MinP: 0.01, PresencePenalty: 0.5,
            RepetitionPenalty: 1.5, FrequencyPenalty: 0.25);
        using GenerationBatch batch = new(
            server.Ops, server.Models.Config, server.Models.Base.Weights, 1, 256);
        GenerationRow row = batch.Add(
            new GenerationRequest(server.Models.Tokenizer.Encode("S", false), 12) { Sampling = settings, Seed = 11 });
        while (row.Stop is null)
            batch.Step();
        string expected = server.Models.Tokenizer.Decode([.. row.Ids], skipSpecialTokens: true);
        JsonNode answer = await server.Ok("/v1/completions", """
            {"model": "tiny", "prompt": "S", "max_tokens": 12, "seed": 11, "temperature": 8, "top_k": 40, "top_p": 0.9,
             "min_p": 0.01, "presence_penalty": 0.5, "repetition_penalty": 1.5, "frequency_penalty": 0.25,
             "ignore_eos": true}
            """);
        Assert.Equal(expected.TrimEnd('\uFFFD'), Texts(answer)[0].TrimEnd('\uFFFD'));
    }

    private static string[] Texts(JsonNode answer) =>
        [.. answer["choices"]!.AsArray().Select(c => (string)c!["text"]!)];

    private static string Body(string prompt, string more = "") =>
        $$"""{{{more}} "model": "tiny", "temperature": 0, "prompt": {{prompt}}}""";

    private Task<JsonNode> Complete(string prompt, string more = "") =>
        server.Ok("/v1/completions", Body(prompt, more));
}
