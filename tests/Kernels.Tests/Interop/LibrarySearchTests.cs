using MolEngine.Kernels.Interop;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Interop;

public sealed class LibrarySearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Places_come_in_the_order_of_the_manual()
    {
        Make("root/usr/local/cuda-12.4/lib64", "root/usr/local/cuda-13.1/lib64", "root/usr/local/cuda-9.0");
        Make("venv/lib/python3.9/site-packages/nvidia/cuda_nvrtc/lib");
        Make("venv/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib");
        Make("home/.local/lib/python3.11/site-packages/nvidia/cu13/lib", "given/nvidia/cuda_nvrtc/lib");
        string[] all = Candidates(
            CudaLibrary.Nvrtc, 13, ("MOLENGINE_CUDA_PATH", "given"), ("CUDA_PATH", "path"), ("VIRTUAL_ENV", "venv"));
        AssertInOrder(
            all, "given/libnvrtc.so.13", "given/libnvrtc.so.12", "given/lib64/libnvrtc.so.13",
            "given/nvidia/cuda_nvrtc/lib/libnvrtc.so.12", "path/lib64/libnvrtc.so.12",
            "libnvrtc.so.13", "libnvrtc.so.12",
            "venv/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
            "venv/lib/python3.9/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
            "home/.local/lib/python3.11/site-packages/nvidia/cu13/lib/libnvrtc.so.13",
            "root/usr/local/cuda-13.1/lib64/libnvrtc.so.13", "root/usr/local/cuda-12.4/lib64/libnvrtc.so.12");
        Assert.DoesNotContain(all, p => p.Contains("cuda-9.0"));
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    /// <summary>
    /// The folder of a config or of the command line comes before every other, and its toolkit and packages too.
    /// </summary>
    [Fact]
    public void A_folder_that_is_named_comes_first()
    {
        Make("first/nvidia/cuda_nvrtc/lib");
        var search = new LibrarySearch(
            false, n => n == LibrarySearch.PathVariable ? Under("given") : null, Under("home"), Under("root"));
        string[] all = [.. search.From(Under("first")).Candidates(CudaLibrary.Nvrtc, 12)];
        AssertInOrder(
            all, "first/libnvrtc.so.12", "first/lib64/libnvrtc.so.12", "first/nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
            "given/libnvrtc.so.12", "given/lib64/libnvrtc.so.12", "libnvrtc.so.12");
        Assert.Equal(
            Under("first/libcuda.so.1"), search.From(Under("first")).Candidates(CudaLibrary.Driver, 12).First());
        Assert.Equal(search.Candidates(CudaLibrary.Nvrtc, 12), search.From(null).Candidates(CudaLibrary.Nvrtc, 12));
    }

    /// <summary>A library of CUDA 13 does not work with a driver of CUDA 12. The test's own folder may have any digits
    /// in its name.</summary>
    [Fact]
    public void Libraries_newer_than_the_driver_are_passed_over() =>
        Assert.DoesNotContain(
            Candidates(CudaLibrary.CublasLt, 12), p => p.Replace(_folder.Root, "").Contains("13"));

    [Fact]
    public void The_driver_is_first_what_the_system_has()
    {
        Make("root/usr/lib/wsl/lib");
        string[] all = Candidates(CudaLibrary.Driver, 13, ("CUDA_PATH", "path"), ("VIRTUAL_ENV", "venv"));
        Assert.Equal("libcuda.so.1", all[0]);
        Assert.Contains(Under("root/usr/lib/wsl/lib/libcuda.so.1"), all);

        // A toolkit's stub of that name is no driver.
        Assert.DoesNotContain(all, p => p.StartsWith(Under("path")) || p.StartsWith(Under("venv")));
    }

    [Fact]
    public void Windows_has_its_own_names_and_places()
    {
        Make("venv/Lib/site-packages/nvidia/cuda_nvrtc/bin");
        Make("root/Program Files/NVIDIA GPU Computing Toolkit/CUDA/v12.6");
        string[] all = Candidates(true, CudaLibrary.Nvrtc, 13, ("CUDA_PATH", "path"), ("VIRTUAL_ENV", "venv"));
        AssertInOrder(
            all, "path/bin/x64/nvrtc64_130_0.dll", "path/bin/nvrtc64_120_0.dll", "nvrtc64_130_0.dll",
            "venv/Lib/site-packages/nvidia/cuda_nvrtc/bin/nvrtc64_120_0.dll",
            "root/Program Files/NVIDIA GPU Computing Toolkit/CUDA/v12.6/bin/nvrtc64_120_0.dll");
        Assert.Equal(["nvcuda.dll"], Candidates(true, CudaLibrary.Driver, 13));
        Assert.Contains("cublasLt64_12.dll", Candidates(true, CudaLibrary.CublasLt, 13));
    }

    [Fact]
    public void What_came_of_each_place_is_told()
    {
        string broken = _folder.Write("libnvrtc.so.12", "no library");
        string[] places = [Under("no/libnvrtc.so.13"), Under("no/libnvrtc.so.12"), broken, "libnone-such.so.9"];
        (LibraryFinding finding, nint handle) = NativeLibraries.Load("NVRTC", places);
        Assert.Equal((false, 0), (finding.Found, handle));
        Assert.Equal(places, finding.Tried.Select(t => t.Path));
        Assert.Equal("absent", finding.Tried[0].Outcome);
        Assert.StartsWith("cannot be loaded: ", finding.Tried[2].Outcome);
        Assert.Equal("not found by the system", finding.Tried[3].Outcome);

        string[] lines = finding.Places.Split('\n');
        Assert.Equal($"  {Under("no/libnvrtc.so.13")}, libnvrtc.so.12: absent", lines[0]);
        Assert.Equal(3, lines.Length);
    }

    private string[] Candidates(CudaLibrary library, int newest, params (string, string)[] variables) =>
        Candidates(false, library, newest, variables);

    private string[] Candidates(
        bool windows, CudaLibrary library, int newest, params (string Name, string Folder)[] variables)
    {
        Dictionary<string, string> set = variables.ToDictionary(v => v.Name, v => Under(v.Folder));
        var search = new LibrarySearch(windows, set.GetValueOrDefault, Under("home"), Under("root"));
        return [.. search.Candidates(library, newest)];
    }

    private void AssertInOrder(string[] all, params string[] expected)
    {
        int[] places = [.. expected.Select(e => Array.IndexOf(all, e.Contains('/') ? Under(e) : e))];
        for (int i = 0; i < places.Length; i++)
            Assert.True(places[i] >= 0, $"{expected[i]} is not among\n{string.Join('\n', all)}");
        Assert.Equal(places.Order(), places);
    }

    private void Make(params string[] folders)
    {
        foreach (string folder in folders)
            Directory.CreateDirectory(Under(folder));
    }

    private string Under(string name) => Path.Combine(_folder.Root, name.Replace('/', Path.DirectorySeparatorChar));
}
