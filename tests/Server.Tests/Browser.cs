using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Support;

namespace MolEngine.Server.Tests;

/// <summary>
/// A headless Chromium, driven through its own protocol; tests that need one skip where there is none.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly TemporaryFolder _profile = new();
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private int _calls;

    private Browser(string program)
    {
        var start = new ProcessStartInfo(
            program,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={_profile.Root}", "about:blank",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    /// <summary>Opens a page.</summary>
    public static async Task<Browser> Open(Uri address)
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(p => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(n => Path.Combine(p, n)))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "needs Chromium");
        var browser = new Browser(program);
        await browser.Connect();
        await browser.Call("Page.enable");
        await browser.Call("Page.navigate", new { url = address.ToString() });
        return browser;
    }

    /// <summary>The value of an expression, as JSON has it.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        JsonNode answer = await Call("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string expression)
    {
        for (int i = 0; i < 1200; i++)
        {
            if (await Evaluate(expression) is JsonValue value && value.GetValueKind() == JsonValueKind.True)
                return;
            await Task.Delay(50);
        }

        Assert.Fail($"never: {expression}");
    }

    public async Task Type(string text) => await Call("Input.insertText", new { text });

    /// <param name="shift">Whether Shift is held.</param>
    public async Task Press(string key, int code, bool shift = false)
    {
        string text = key == "Enter" ? "\r" : "";
        foreach (string type in (string[])["keyDown", "keyUp"])
        {
            await Call("Input.dispatchKeyEvent", new
            {
                type,
                key,
                code = key,
                windowsVirtualKeyCode = code,
                modifiers = shift ? 8 : 0,
                text = type == "keyDown" ? text : "",
            });
        }
    }

    public async Task Show(int width, int height, bool dark)
    {
        await Call("Emulation.setDeviceMetricsOverride", new
        {
            width,
            height,
            deviceScaleFactor = 1,
            mobile = width < 500,
        });
        await Call("Emulation.setEmulatedMedia", new
        {
            features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } },
        });
    }

    /// <summary>A picture of the page, where MOLENGINE_SCREENSHOTS names a folder for it.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("MOLENGINE_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        JsonNode answer = await Call("Page.captureScreenshot", new { format = "png" });
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, $"{name}.png"), Convert.FromBase64String((string)answer["data"]!));
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        for (int i = 0; Directory.Exists(_profile.Root); i++)
        {
            try
            {
                _profile.Dispose();
            }
            catch (IOException) when (i < 50)
            {
                // Its children write a little longer than it lives.
                await Task.Delay(100);
            }
        }
    }

    private async Task Connect()
    {
        string? line;
        do
            line = await _process.StandardError.ReadLineAsync();
        while (line is not null && !line.StartsWith("DevTools listening on "));
        Assert.NotNull(line);
        var root = new Uri(line["DevTools listening on ".Length..]);
        using var client = new HttpClient();
        JsonNode pages = JsonNode.Parse(await client.GetStringAsync($"http://{root.Authority}/json/list"))!;
        string page = (string)pages.AsArray().First(p => (string)p!["type"]! == "page")!["webSocketDebuggerUrl"]!;
        await _socket.ConnectAsync(new Uri(page), CancellationToken.None);
    }

    private async Task<JsonNode> Call(string method, object? parameters = null)
    {
        int id = ++_calls;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { } });
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            JsonNode answer = JsonNode.Parse(await Receive())!;
            if ((int?)answer["id"] != id)
                continue;
            Assert.True(answer["error"] is null, $"{method}: {answer.ToJsonString()}");
            return answer["result"]!;
        }
    }

    private async Task<string> Receive()
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        WebSocketReceiveResult result;
        do
        {
            result = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            received.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        return Encoding.UTF8.GetString(received.ToArray());
    }
}
