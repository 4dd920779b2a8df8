using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MolEngine.Server.Tests;

/// <summary>What is refused, and how: OpenAI's error objects and status codes.</summary>
public sealed class RefusalTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    [Theory]
    [InlineData("\"temperature\": -1", "temperature", "temperature: expected a number from 0 to 100, got -1")]
    [InlineData("\"temperature\": \"hot\"", "temperature", "expected a number from 0 to 100, got \"hot\"")]
    [InlineData("\"top_p\": 0", "top_p", "expected a number above 0, at most 1, got 0")]
    [InlineData("\"min_p\": 2", "min_p", "expected a number from 0 to 1, got 2")]
    [InlineData("\"top_k\": 1.5", "top_k", "expected an integer from -1 to")]
    [InlineData("\"presence_penalty\": 3", "presence_penalty", "expected a number from -2 to 2, got 3")]
    [InlineData("\"n\": 0", "n", "expected an integer from 1 to 128, got 0")]
    [InlineData("\"seed\": 1e300", "seed", "expected an integer")]
    [InlineData("\"max_tokens\": 0", "max_tokens", "expected an integer from 1 to")]
    [InlineData("\"stop\": [1]", "stop", "expected a string or a list of strings, got a list of 1")]
    [InlineData("\"stop\": \"\"", "stop", "expected at most 16 texts of 1 to 256 characters")]
    [InlineData("\"stop_token_ids\": [280]", "stop_token_ids", "expected ids from 0 to 279, got 280")]
    [InlineData("\"stream\": 1", "stream", "expected true or false, got 1")]
    [InlineData("\"stream_options\": {}", "stream_options", "expected it with \"stream\": true alone")]
    [InlineData("\"logprobs\": 2", "logprobs", "expected true or false, got 2")]
    [InlineData("\"logprobs\": true, \"top_logprobs\": 21", "top_logprobs", "from 0 to 20, got 21")]
    [InlineData("\"top_logprobs\": 2", "top_logprobs", "expected it with \"logprobs\": true alone")]
    [InlineData("\"logit_bias\": {\"280\": 5}", "logit_bias", "expected ids from 0 to 279 as names, got \"280\"")]
    [InlineData("\"logit_bias\": {\"a\": 5}", "logit_bias", "expected ids from 0 to 279 as names, got \"a\"")]
    [InlineData("\"logit_bias\": {\"1\": 101}", "logit_bias.1", "expected a number from -100 to 100, got 101")]
    [InlineData("\"logit_bias\": [1]", "logit_bias", "expected an object, got a list of 1")]
    [InlineData("\"response_format\": {\"type\": \"json_object\"}", "response_format", "expected the type \"text\"")]
    [InlineData("\"tool_choice\": \"required\"", "tool_choice", "a call cannot be forced")]
    [InlineData("\"tools\": [{}]", "tools[0]", "expected {\"type\": \"function\"")]
    [InlineData("\"functions\": []", "functions", "this is not offered")]
    [InlineData("\"modalities\": [\"audio\"]", "modalities", "the model writes text")]
    [InlineData("\"continue_final_message\": true", "continue_final_message", "a turn of its own")]
    [InlineData("\"messages\": []", "messages", "expected at least one message, got none")]
    [InlineData("\"messages\": [7]", "messages[0]", "expected an object, got 7")]
    [InlineData("\"messages\": [{\"role\": \"king\", \"content\": \"\"}]", "messages[0].role", "got \"king\"")]
    [InlineData("\"messages\": [{\"role\": \"user\"}]", "messages[0].content", "expected a text, got none")]
    [InlineData("\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]",
        "messages[0].content[0]", "expected \"text\", got \"image_url\"")]
    [InlineData("\"molengine\": {\"to\": \"tiny\"}", "molengine.to", "expected kl_to alone")]
    [InlineData("\"chat_template_kwargs\": 3", "chat_template_kwargs", "expected an object, got 3")]
    public async Task A_chat_that_cannot_be_is_refused_by_the_name_of_its_field(
        string field, string param, string says)
    {
        string name = field[..field.IndexOf(':')];
        string body = $$"""{"model": "tiny", {{(name == "\"messages\"" ? "" : Messages)}} {{field}}}""";
        JsonNode error = await Refused(HttpStatusCode.BadRequest, "/v1/chat/completions", body);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Equal(param, (string)error["param"]!);
        Assert.Contains(says, (string)error["message"]!);
    }

    [Theory]
    [InlineData("\"prompt\": \"\"", "prompt", "expected a text of at least one token")]
    [InlineData("\"prompt\": []", "prompt", "expected a text, a list of texts, ids")]
    [InlineData("\"prompt\": [1, 280]", "prompt[1]", "expected an id from 0 to 279, got 280")]
    [InlineData("\"prompt\": [[]]", "prompt[0]", "expected at least one id, got none")]
    [InlineData("\"prompt\": [\"a\", 1]", "prompt", "expected texts or lists of ids in the list, got 1")]
    [InlineData("\"x\": 1", "prompt", "expected a text, a list of texts, ids, or a list of lists of ids, got null")]
    [InlineData("\"prompt\": \"a\", \"suffix\": \"b\"", "suffix", "continued at its end alone")]
    [InlineData("\"prompt\": \"a\", \"best_of\": 2", "best_of", "answers are not ranked")]
    [InlineData("\"prompt\": \"a\", \"max_tokens\": 0", "max_tokens", "expected at least 1, or \"echo\": true, got 0")]
    public async Task So_is_a_completion(string field, string param, string says)
    {
        JsonNode error = await Refused(
            HttpStatusCode.BadRequest, "/v1/completions", $$"""{"model": "tiny", {{field}}}""");
        Assert.Equal(param, (string)error["param"]!);
        Assert.Contains(says, (string)error["message"]!);
    }

    [Theory]
    [InlineData("", "expected a JSON object")]
    [InlineData("[]", "expected a JSON object, got Array")]
    [InlineData("{\"model\": \"tiny\", \"messages\"", "expected a JSON object, got what is none")]
    [InlineData("{\"model\": \"\\ud800\"}", "half of a surrogate pair")]
    public async Task A_body_that_is_no_JSON_is_refused(string body, string says)
    {
        JsonNode error = await Refused(HttpStatusCode.BadRequest, "/v1/chat/completions", body);
        Assert.Contains(says, (string)error["message"]!);
        string deep = $"{{\"model\": {new string('[', 100)}{new string(']', 100)}}}";
        await Refused(HttpStatusCode.BadRequest, "/v1/chat/completions", deep);
    }

    [Fact]
    public async Task Names_that_nothing_has_are_not_found()
    {
        JsonNode error = await Refused(
            HttpStatusCode.NotFound, "/v1/chat/completions", $$"""{"model": "other", {{Messages}} "n": 1}""");
        Assert.Equal(("model_not_found", "model"), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains("expected one of tiny, trained", (string)error["message"]!);
        error = await Refused(
            HttpStatusCode.NotFound, "/v1/chat/completions",
            $$$"""{"model": "tiny", {{{Messages}}} "molengine": {"kl_to": "base"}}""");
        Assert.Equal("molengine.kl_to", (string)error["param"]!);
        error = await Refused(HttpStatusCode.NotFound, "/v1/embeddings", "{}");
        Assert.Equal("unknown_url", (string)error["code"]!);
        using HttpResponseMessage model = await server.Client.GetAsync("/v1/models/other");
        Assert.Equal(HttpStatusCode.NotFound, model.StatusCode);
        using HttpResponseMessage method = await server.Client.GetAsync("/v1/chat/completions");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
        Assert.Equal("POST", Assert.Single(method.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("/v1/completions", "\"prompt\": \"LL\", \"max_tokens\": 1024", "got 2 and up to 1024 of the answer")]
    [InlineData("/v1/completions", "\"prompt\": \"LL\", \"n\": 128, \"max_tokens\": 5000", "context of at most 1025")]
    public async Task A_context_has_an_end(string path, string fields, string says)
    {
        JsonNode error = await Refused(HttpStatusCode.BadRequest, path, $$"""{"model": "tiny", {{fields}}}""");
        Assert.Equal("context_length_exceeded", (string)error["code"]!);
        Assert.Contains(says, (string)error["message"]!);
    }

    [Fact]
    public async Task A_long_prompt_is_read_and_refused_and_a_longer_one_not_even_read()
    {
        string body = TestServer.ChatBody(new string('a', 1 << 20));
        JsonNode error = await Refused(HttpStatusCode.BadRequest, "/v1/chat/completions", body);
        Assert.Equal("context_length_exceeded", (string)error["code"]!);
        body = TestServer.ChatBody(new string('a', 5 << 20));
        error = await Refused(HttpStatusCode.RequestEntityTooLarge, "/v1/chat/completions", body);
        Assert.Equal("body_too_large", (string)error["code"]!);
    }

    [Fact]
    public async Task A_template_that_refuses_says_so_without_telling_where_the_model_lies()
    {
        JsonNode error = await Refused(
            HttpStatusCode.BadRequest, "/v1/chat/completions",
            """
            {"model": "tiny", "messages": [{"role": "assistant", "content": "", "tool_calls": [{"type": "function",
             "function": {"name": "x", "arguments": "nothing"}}]}]}
            """);
        Assert.Equal("messages[0].tool_calls[0].function.arguments", (string)error["param"]!);
        error = await Refused(
            HttpStatusCode.BadRequest, "/v1/chat/completions",
            """{"model": "tiny", "messages": [{"role": "assistant", "tool_calls": []}]}""");
        Assert.Equal("chat_template", (string)error["code"]!);
        Assert.StartsWith("tiny/chat_template.jinja", (string)error["message"]!);
        Assert.DoesNotContain(Path.GetTempPath(), (string)error["message"]!);
    }

    private const string Messages = "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}],";

    private async Task<JsonNode> Refused(HttpStatusCode status, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        JsonNode error = JsonNode.Parse(text)!["error"]!;
        Assert.Equal(["message", "type", "param", "code"], error.AsObject().Select(p => p.Key));
        return error;
    }
}
