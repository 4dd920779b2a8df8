using MolEngine.Hub.Cache;

namespace MolEngine.Hub.Tests;

/// <summary>What a cache has of a name, however it was filled.</summary>
public sealed class HubCacheTests : IDisposable
{
    private const string First = "aaaa456789abcdef0123456789abcdef01234567";
    private const string Second = "aaab456789abcdef0123456789abcdef01234567";

    private readonly TempFolder _folder = new();

    public HubCacheTests()
    {
        Put("models--Org--Name", First, "config.json", "{}");
        Put("models--Org--Name", First, "model.safetensors", "w");
        Put("models--Org--Name", Second, "config.json", "{}");
        Ref("models--Org--Name", "main", Second + "\n");
        Ref("models--Org--Name", "refs/pr/1", First);
    }

    private HubCache Cache => new(_folder.Root);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Org/Name", Second)]
    [InlineData("Org/Name@main", Second)]
    [InlineData("Org/Name@refs/pr/1", First)]
    [InlineData($"Org/Name@{First}", First)]
    [InlineData("Org/Name@aaaa", First)]
    [InlineData("Org/Name@aaab4567", Second)]
    public void A_revision_is_a_branch_a_tag_or_a_commit(string name, string commit)
    {
        Snapshot found = Cache.Find(RepoName.Parse(name)!)!;
        Assert.Equal((commit, Folder("models--Org--Name", commit)), (found.Commit, found.Folder));
    }

    [Theory]
    [InlineData("Org/Name@v1")]
    [InlineData("Org/Name@aaa")]
    [InlineData("Org/Name@bbbb")]
    [InlineData("Org/Other")]
    [InlineData("datasets/Org/Name")]
    public void What_is_not_there_is_none(string name) => Assert.Null(Cache.Find(RepoName.Parse(name)!));

    [Fact]
    public void The_beginning_of_two_commits_is_ambiguous()
    {
        const string Third = "aaaa999999abcdef0123456789abcdef01234567";
        Put("models--Org--Name", Third, "config.json", "{}");
        string said = Assert.Throws<UserException>(() => Cache.Find(RepoName.Parse("Org/Name@aaaa")!)).Message;
        Assert.Equal(
            $"Org/Name@aaaa: expected a revision, got the beginning of 2 commits: {First}, {Third}. Give more digits",
            said);
    }

    [Fact]
    public void A_ref_to_a_commit_without_a_snapshot_is_nothing()
    {
        Ref("models--Org--Name", "main", "cccc456789abcdef0123456789abcdef01234567");
        Assert.Null(Cache.Find(RepoName.Parse("Org/Name")!));
        Assert.Equal(["main", "refs/pr/1", Second[..7]], Cache.Revisions(RepoName.Parse("Org/Name")!));
    }

    [Fact]
    public void A_snapshot_without_weights_names_them_and_the_command()
    {
        new Snapshot(RepoName.Parse("Org/Name@refs/pr/1")!, First, Folder("models--Org--Name", First)).RequireWhole();
        Snapshot second = Cache.Find(RepoName.Parse("Org/Name")!)!;
        Assert.Equal(
            $"Org/Name@aaab456: expected a whole snapshot, got one without model.safetensors ({second.Folder}). "
            + $"Complete it: molengine download Org/Name@{Second}",
            Assert.Throws<UserException>(second.RequireWhole).Message);
        string[] shards = [.. Enumerable.Range(1, 5).Select(i => $"model-{i}.safetensors")];
        string map = string.Join(", ", shards.Select((s, i) => $"\"t{i}\": \"{s}\""));
        Put("models--Org--Name", Second, "model.safetensors.index.json", $"{{\"weight_map\": {{{map}}}}}");
        Put("models--Org--Name", Second, shards[0], "w");
        Assert.Contains(
            "without model-2.safetensors, model-3.safetensors, model-4.safetensors and 1 more",
            Assert.Throws<UserException>(second.RequireWhole).Message);
        foreach (string shard in shards)
            Put("models--Org--Name", Second, shard, "w");
        second.RequireWhole();
    }

    [Fact]
    public void A_link_to_a_blob_that_is_gone_is_no_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        string folder = Folder("models--Org--Name", Second);
        _ = File.CreateSymbolicLink(Path.Combine(folder, "model.safetensors"), "../../blobs/gone");
        Snapshot second = Cache.Find(RepoName.Parse("Org/Name")!)!;
        Assert.Contains("without model.safetensors", Assert.Throws<UserException>(second.RequireWhole).Message);
        Assert.Equal(["config.json"], second.Files());
    }

    [Fact]
    public void An_adapter_needs_its_own_weights()
    {
        Put("models--Org--Name", Second, "adapter_config.json", "{}");
        Snapshot second = Cache.Find(RepoName.Parse("Org/Name")!)!;
        Assert.Contains(
            "without adapter_model.safetensors", Assert.Throws<UserException>(second.RequireWhole).Message);
        Put("models--Org--Name", Second, "adapter_model.safetensors", "w");
        second.RequireWhole();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_links_are_impossible_the_file_itself_is_there(bool isNew)
    {
        string blob = _folder.Write("blob", "text"), path = Path.Combine(_folder.Root, "s", "x", "config.json");
        CacheLink.Make(blob, path, isNew, link: (_, _) => false);
        Assert.Equal("text", File.ReadAllText(path));
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(!isNew, File.Exists(blob));
        _ = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Theory]
    [InlineData("HF_HUB_CACHE=/a", "/a")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/b", "/b")]
    [InlineData("HF_HUB_CACHE=/a HUGGINGFACE_HUB_CACHE=/b HF_HOME=/c XDG_CACHE_HOME=/d", "/a")]
    [InlineData("HF_HOME=/c XDG_CACHE_HOME=/d", "/c/hub")]
    [InlineData("XDG_CACHE_HOME=/d", "/d/huggingface/hub")]
    [InlineData("", "~/.cache/huggingface/hub")]
    [InlineData("HF_HUB_CACHE= HF_HOME=~/h", "~/h/hub")]
    public void The_environment_says_where_the_cache_is(string variables, string root)
    {
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.GetFullPath(root.Replace("~", user)), HubEnvironment.Read(Variables(variables)).Cache);
    }

    [Fact]
    public void The_token_is_a_variable_or_a_file()
    {
        string home = $"HF_HOME={_folder.Root}";
        Assert.Null(HubEnvironment.Read(Variables(home)).Token);
        _ = _folder.Write("token", "hf_file\n");
        Assert.Equal("hf_file", HubEnvironment.Read(Variables(home)).Token);
        string other = _folder.Write("other", " hf_other");
        Assert.Equal("hf_other", HubEnvironment.Read(Variables($"{home} HF_TOKEN_PATH={other}")).Token);
        Assert.Equal("hf_own", HubEnvironment.Read(Variables($"{home} HF_TOKEN=hf_own")).Token);
        _ = _folder.Write("token", "two words");
        Assert.Contains(
            "expected a token (hf_...)",
            Assert.Throws<UserException>(() => HubEnvironment.Read(Variables(home)).Token).Message);
    }

    [Theory]
    [InlineData("huggingface.co")]
    [InlineData("ftp://x")]
    public void A_wrong_endpoint_is_told(string given) => Assert.Contains(
        $"HF_ENDPOINT: expected an address as https://huggingface.co, got {given}",
        Assert.Throws<UserException>(() => HubEnvironment.Read(Variables($"HF_ENDPOINT={given}"))).Message);

    private static Func<string, string?> Variables(string text)
    {
        var all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2))
            .ToDictionary(v => v[0], v => v[1]);
        return all.GetValueOrDefault;
    }

    private string Folder(string repo, string commit) => Path.Combine(_folder.Root, repo, "snapshots", commit);

    private void Put(string repo, string commit, string file, string text)
    {
        _ = Directory.CreateDirectory(Folder(repo, commit));
        File.WriteAllText(Path.Combine(Folder(repo, commit), file), text);
    }

    private void Ref(string repo, string name, string commit)
    {
        string file = Path.Combine(_folder.Root, repo, "refs", name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, commit);
    }
}
