using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Tests.Interop;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class KernelCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Folder => Path.Combine(_folder.Root, "cache");

    [Fact]
    public void An_entry_comes_back_as_it_was()
    {
        var cache = new KernelCache(Folder);
        Assert.Null(cache.Find("a"));
        Assert.Null(cache.Keep("a", [1, 2, 3]));
        Assert.Null(cache.Keep("empty", []));
        Assert.Equal([1, 2, 3], new KernelCache(Folder).Find("a")!);
        Assert.Empty(cache.Find("empty")!);
        Assert.Null(cache.Find("b"));
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
    }

    [Fact]
    public void An_entry_that_is_not_whole_is_none()
    {
        var cache = new KernelCache(Folder);
        cache.Keep("a", [1, 2, 3]);
        string file = Assert.Single(Directory.GetFiles(Folder));
        byte[] whole = File.ReadAllBytes(file);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] broken = [.. whole];
            broken[i] ^= 1;
            File.WriteAllBytes(file, broken);
            Assert.Null(cache.Find("a"));
            File.WriteAllBytes(file, whole[..i]);
            Assert.Null(cache.Find("a"));
        }

        File.WriteAllBytes(file, [.. whole, 0]);
        Assert.Null(cache.Find("a"));
    }

    [Fact]
    public void The_entries_used_longest_ago_go_first()
    {
        var cache = new KernelCache(Folder, largest: 3 * 140);
        byte[] image = new byte[100];
        foreach (string key in new[] { "a", "b", "c" })
        {
            cache.Keep(key, image);
            File.SetLastWriteTimeUtc(Path.Combine(Folder, $"{key}.cubin"), DateTime.UtcNow.AddHours(key[0] - 'z'));
        }

        Assert.NotNull(cache.Find("a"));
        cache.Keep("d", image);
        Assert.Null(cache.Find("b"));
        Assert.All(new[] { "a", "c", "d" }, k => Assert.NotNull(cache.Find(k)));
    }

    /// <summary>What the compiler is asked for, and how often.</summary>
    [Fact]
    public void Machine_code_is_compiled_once_for_each_architecture_and_compiler()
    {
        KernelSource source = KernelSources.Find("cast");
        var plan = new FaultPlan();
        var nvrtc = new FakeNvrtc(plan);
        KernelImage first = Images(nvrtc, "1").For(source, new(8, 9));
        Assert.Equal("sm_89 of NVRTC 12.6", first.Origin);
        string cubin = Encoding.UTF8.GetString(first.Bytes.Span);
        Assert.StartsWith(source.Text, cubin);
        Assert.Contains("--gpu-architecture=sm_89 --std=c++17 --fmad=false", cubin);
        Assert.Equal(KernelContract.Of(source).Kernels.Select(k => k.Name), first.Signatures.Select(s => s.Name));

        KernelImage kept = Images(nvrtc, "1").For(source, new(8, 9));
        Assert.Equal("sm_89 of NVRTC 12.6, kept", kept.Origin);
        Assert.Equal(first.Bytes.ToArray(), kept.Bytes.ToArray());
        Assert.Equal(1, Compiled());
        Images(nvrtc, "1").For(source, new(9, 0));
        Images(nvrtc, "2").For(source, new(8, 9));
        Assert.Equal(3, Compiled());

        // A broken entry is made again.
        foreach (string file in Directory.GetFiles(Folder))
            File.WriteAllBytes(file, [0]);
        Assert.Equal(first.Bytes.ToArray(), Images(nvrtc, "1").For(source, new(8, 9)).Bytes.ToArray());
        Assert.Equal(4, Compiled());
        Assert.EndsWith("kept", Images(nvrtc, "1").For(source, new(8, 9)).Origin);

        int Compiled() => plan.Calls.Count(c => c == "nvrtcCompileProgram");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_compiler_that_knows_the_device_the_PTX_of_the_program_is_used(bool none)
    {
        var plan = new FaultPlan();
        NvrtcCompiler? compiler = none ? null : new NvrtcCompiler(new FakeNvrtc(plan));
        var images = new KernelImages(compiler, new KernelCache(Folder));
        KernelImage image = images.For(KernelSources.Find("cast"), new(12, 0));
        Assert.StartsWith("// kernels/cast.cu", Encoding.UTF8.GetString(image.Bytes.Span));
        Assert.EndsWith(", in the program", image.Origin);
        Assert.DoesNotContain("nvrtcCompileProgram", plan.Calls);
    }

    [Fact]
    public void The_folder_is_the_users()
    {
        string? before = Environment.GetEnvironmentVariable("MOLENGINE_CACHE");
        try
        {
            Environment.SetEnvironmentVariable("MOLENGINE_CACHE", _folder.Root);
            Assert.Equal(Path.Combine(_folder.Root, "kernels"), KernelCache.DefaultFolder);
            Environment.SetEnvironmentVariable("MOLENGINE_CACHE", null);
            Assert.EndsWith(Path.Combine("molengine", "kernels"), KernelCache.DefaultFolder);
            Assert.True(Path.IsPathFullyQualified(CacheFolder.Locate("kernels")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("MOLENGINE_CACHE", before);
        }
    }

    private KernelImages Images(FakeNvrtc nvrtc, string build) =>
        new(new NvrtcCompiler(nvrtc, build), new KernelCache(Folder));
}
