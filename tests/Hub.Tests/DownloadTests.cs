using MolEngine.Hub.Downloads;
using MolEngine.Support;

namespace MolEngine.Hub.Tests;

/// <summary>What a download leaves on the disk, and what it asks for.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly HubCase _case = new();

    private FakeHub Hub => _case.Hub;

    public void Dispose() => _case.Dispose();

    [Fact]
    public void A_model_lies_as_huggingface_hub_lays_it()
    {
        _ = Hub.Add("additional_chat_templates/tools.jinja", "{{ tools }}");
        DownloadResult result = _case.Download();
        string[] expected =
        [
            $"blobs/{Hub.Etag("additional_chat_templates/tools.jinja")}",
            $"blobs/{Hub.Etag(HubCase.Config)}",
            $"blobs/{Hub.Etag(HubCase.Weights)}",
            "refs/main",
            $"snapshots/{Hub.Commit}/additional_chat_templates/tools.jinja",
            $"snapshots/{Hub.Commit}/config.json",
            $"snapshots/{Hub.Commit}/model.safetensors",
        ];
        Assert.Equal(expected.Select(f => $"models--Org--Name/{f}").Order(StringComparer.Ordinal), _case.Files());
        Assert.Equal(FakeHub.Bytes(300_000, 1), File.ReadAllBytes(_case.InSnapshot(HubCase.Weights)));
        Assert.Equal(FakeHub.Bytes(300_000, 1), File.ReadAllBytes(_case.Blob(HubCase.Weights)));
        Assert.Equal(Hub.Commit, File.ReadAllText(Path.Combine(_case.Repo, "refs", "main")));
        Assert.True(File.Exists(
            Path.Combine(_case.Root, ".locks", "models--Org--Name", $"{Hub.Etag(HubCase.Weights)}.lock")));
        Assert.Equal(Path.GetDirectoryName(_case.InSnapshot(HubCase.Config)), result.Snapshot.Folder);
        Assert.Equal((Hub.Commit, 3), (result.Snapshot.Commit, result.Files.Count));
        Assert.Equal(result.Fetched, _case.Progress.All);
        Assert.Equal(result.Fetched, _case.Progress.Done);
    }

    [Fact]
    public void Files_of_a_snapshot_are_relative_links()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        _ = Hub.Add("additional_chat_templates/tools.jinja", "{{ tools }}");
        _ = _case.Download();
        Assert.Equal(
            $"../../blobs/{Hub.Etag(HubCase.Config)}", new FileInfo(_case.InSnapshot(HubCase.Config)).LinkTarget);
        Assert.Equal(
            $"../../../blobs/{Hub.Etag("additional_chat_templates/tools.jinja")}",
            new FileInfo(_case.InSnapshot("additional_chat_templates/tools.jinja")).LinkTarget);
    }

    [Fact]
    public void The_token_goes_to_the_hub_alone()
    {
        _case.Variables["HF_TOKEN"] = "hf_secret";
        _ = _case.Download();
        Assert.Contains(Hub.Requests, r => r.Host == "localhost");
        Assert.All(Hub.Requests, r => Assert.Equal(r.Host == "localhost" ? null : "Bearer hf_secret", r.Token));
    }

    [Fact]
    public void What_is_there_is_not_asked_for_again()
    {
        _ = _case.Download();
        int before = Hub.Requests.Count;
        Assert.Equal(0, _case.Download().Fetched);
        Assert.Equal("/api/models/Org/Name/revision/main", Assert.Single(Hub.Requests.Skip(before)).Path);
    }

    [Fact]
    public void A_blob_that_is_there_is_linked_and_not_fetched()
    {
        _ = _case.Download();
        File.Delete(_case.InSnapshot(HubCase.Weights));
        Assert.Equal(0, _case.Download().Fetched);
        Assert.Equal(1, _case.Gets(HubCase.Weights));
        Assert.Equal(FakeHub.Bytes(300_000, 1), File.ReadAllBytes(_case.InSnapshot(HubCase.Weights)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_blob_that_was_damaged_or_lost_is_fetched_again(bool isLost)
    {
        _ = _case.Download();
        if (isLost)
        {
            File.Delete(_case.Blob(HubCase.Weights));
        }
        else
        {
            File.Delete(_case.InSnapshot(HubCase.Weights));
            File.WriteAllText(_case.Blob(HubCase.Weights), "short");
        }

        Assert.Equal(300_000, _case.Download().Fetched);
        Assert.Equal(FakeHub.Bytes(300_000, 1), File.ReadAllBytes(_case.InSnapshot(HubCase.Weights)));
    }

    [Fact]
    public void Names_with_odd_characters_come_as_they_are()
    {
        string[] names = ["a b#1%2.json", "naïve 名.json", "q?&=+.json"];
        foreach (string name in OperatingSystem.IsWindows() ? names[..2] : names)
            _ = Hub.Add(name, $"\"{name}\"");
        _ = _case.Download();
        Assert.All(
            OperatingSystem.IsWindows() ? names[..2] : names,
            name => Assert.Equal($"\"{name}\"", File.ReadAllText(_case.InSnapshot(name))));
        Assert.Contains(Hub.Requests, r => r.RawPath.EndsWith("a%20b%231%252.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../x.json")]
    [InlineData("a/../../x.json")]
    [InlineData("/etc/x.json")]
    [InlineData("a//x.json")]
    [InlineData("..\\x.json")]
    [InlineData("x\n.json")]
    public void A_name_that_leaves_the_folder_is_refused_before_anything_is_fetched(string name)
    {
        _ = Hub.Add(name, "{}");
        string said = Assert.Throws<UserException>(() => _case.Download()).Message;
        Assert.Contains("Org/Name: expected names of files in a folder, got", said);
        Assert.Empty(_case.Files());
        _ = Assert.Single(Hub.Requests);
    }

    [Fact]
    public void A_data_set_comes_whole_and_without_pickles()
    {
        using var data = new HubCase(new FakeHub { Kind = "datasets" });
        _ = data.Hub.Add("data/train.jsonl", "{}").Add(".gitattributes", "x").Add("data/cache.pkl", "x");
        Assert.Equal(
            ["config.json", "data/train.jsonl", "model.safetensors"],
            data.Download().Files.Order(StringComparer.Ordinal));
        Assert.Contains("datasets--Org--Name/refs/main", data.Files());
        Assert.Equal("{}", File.ReadAllText(data.InSnapshot("data/train.jsonl")));
        Assert.Contains(data.Hub.Requests, r => r.Path.StartsWith("/datasets/Org/Name/resolve/"));
    }

    [Fact]
    public void Globs_choose_and_a_later_download_completes()
    {
        Assert.Equal([HubCase.Config], _case.Download(null, "*.json").Files);
        Assert.False(File.Exists(_case.InSnapshot(HubCase.Weights)));
        Assert.Equal(300_000, _case.Download().Fetched);
        Assert.True(File.Exists(_case.InSnapshot(HubCase.Weights)));
    }

    [Fact]
    public void A_commit_needs_no_ref()
    {
        _ = _case.Download($"Org/Name@{Hub.Commit}");
        Assert.False(Directory.Exists(Path.Combine(_case.Repo, "refs")));
        Assert.True(File.Exists(_case.InSnapshot(HubCase.Config)));
    }

    [Fact]
    public void A_disk_without_room_is_told_before_anything_is_fetched()
    {
        _case.Free = 300_000;
        string said = Assert.Throws<UserException>(() => _case.Download()).Message;
        Assert.Contains($"Org/Name: disk: expected 293.0 KiB free at {_case.Root}, got 293.0 KiB", said);
        Assert.Empty(_case.Files());
        _case.Free = 300_023;
        _ = _case.Download();
    }

    [Fact]
    public void Offline_nothing_is_asked()
    {
        _case.Variables["HF_HUB_OFFLINE"] = "1";
        Assert.Contains("HF_HUB_OFFLINE", Assert.Throws<UserException>(() => _case.Download()).Message);
        Assert.Empty(Hub.Requests);
    }
}
