using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>The bindings against NVIDIA's own headers: values, names, parameters, layouts.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("cuda.h", typeof(CUresult))]
    [InlineData("cuda.h", typeof(CUdevice_attribute))]
    [InlineData("cuda.h", typeof(CUfunction_attribute))]
    [InlineData("cuda.h", typeof(CUjit_option))]
    [InlineData("cuda.h", typeof(CUstream_flags))]
    [InlineData("cuda.h", typeof(CUevent_flags))]
    [InlineData("cuda.h", typeof(CUmemLocationType))]
    [InlineData("cuda.h", typeof(CUmemAllocationType))]
    [InlineData("cuda.h", typeof(CUmemAccess_flags))]
    [InlineData("cuda.h", typeof(CUmemAllocationGranularity_flags))]
    [InlineData("nvrtc.h", typeof(nvrtcResult))]
    [InlineData("cublas_api.h", typeof(cublasStatus_t))]
    [InlineData("cublas_api.h", typeof(cublasComputeType_t))]
    [InlineData("cublas_api.h", typeof(cublasOperation_t))]
    [InlineData("library_types.h", typeof(cudaDataType_t), "cudaDataType")]
    [InlineData("cublasLt.h", typeof(cublasLtMatrixLayoutAttribute_t))]
    [InlineData("cublasLt.h", typeof(cublasLtMatmulDescAttributes_t))]
    [InlineData("cublasLt.h", typeof(cublasLtEpilogue_t))]
    [InlineData("cublasLt.h", typeof(cublasLtMatmulPreferenceAttributes_t))]
    public void Enumerators_have_the_values_of_the_header(string file, Type type, string? name = null)
    {
        IReadOnlyDictionary<string, long> header = new CHeader(file).Enum(name ?? type.Name);
        Assert.NotEmpty(Enum.GetNames(type));
        Assert.All(Enum.GetNames(type), n => Assert.Equal(header[n], Convert.ToInt64(Enum.Parse(type, n))));
    }

    /// <summary>A status that the header knows and the program does not would be reported as a bare number.</summary>
    [Theory]
    [InlineData("cuda.h", typeof(CUresult))]
    [InlineData("nvrtc.h", typeof(nvrtcResult))]
    [InlineData("cublas_api.h", typeof(cublasStatus_t))]
    public void No_status_is_missing(string file, Type type) =>
        Assert.Equal(new CHeader(file).Enum(type.Name).Keys.Order(), Enum.GetNames(type).Order());

    [Fact]
    public void Flags_of_pinned_memory_are_the_macros()
    {
        var header = new CHeader("cuda.h");
        foreach (CUmemhostalloc_flags flag in Enum.GetValues<CUmemhostalloc_flags>().Where(f => f != 0))
            Assert.Equal(header.Macro($"{flag}"), (long)flag);
    }

    [Theory]
    [InlineData("cuda.h", typeof(CudaDriverApi))]
    [InlineData("nvrtc.h", typeof(NvrtcApi))]
    [InlineData("cublasLt.h", typeof(CublasLtApi))]
    public void Functions_have_the_names_and_parameters_of_the_header(string file, Type api)
    {
        var header = new CHeader(file);
        (string Name, string Entry, Type[] Parameters)[] imports = [.. Imports(api)];
        Assert.True(imports.Length >= 12);
        foreach ((string name, string entry, Type[] parameters) in imports)
        {
            // CUDA 12.8 made a second version of this one: the first is in every driver, and does the same.
            if (name == "cuEventElapsedTime")
                Assert.Equal(name, entry);
            else
                Assert.Equal(header.Export(name), entry);
            IReadOnlyList<string> wanted = header.Parameters(name);
            Assert.True(
                wanted.Count == parameters.Length, $"{name}: {wanted.Count} parameters in C, {parameters.Length} here");
            for (int i = 0; i < wanted.Count; i++)
            {
                Assert.True(
                    Fits(wanted[i], parameters[i]), $"{name}: parameter {i}: {wanted[i]} in C, {parameters[i]} here");
            }
        }
    }

    [Fact]
    public void The_result_of_the_heuristic_is_laid_out_as_in_C()
    {
        var header = new CHeader("cublasLt.h");
        (string, string, int) data = Assert.Single(header.Struct("cublasLtMatmulAlgo_t"));
        Assert.Equal(("uint64_t", "data", Unsafe.SizeOf<cublasLtMatmulAlgo_t>() / 8), data);

        int offset = 0;
        foreach ((string type, string name, int count) in header.Struct("cublasLtMatmulHeuristicResult_t"))
        {
            int size = type switch
            {
                "cublasLtMatmulAlgo_t" => 64,
                "size_t" => 8,
                "cublasStatus_t" or "float" or "int" => 4,
                _ => 0,
            };
            Assert.True(size > 0, type);
            if (name != "reserved")
                Assert.Equal(offset, (int)Marshal.OffsetOf<cublasLtMatmulHeuristicResult_t>(name));
            offset += size * count;
        }

        Assert.Equal(offset, Unsafe.SizeOf<cublasLtMatmulHeuristicResult_t>());
    }

    /// <summary>What is reserved or never set here is one field, of as many bytes.</summary>
    [Fact]
    public void Properties_of_mapped_memory_are_laid_out_as_in_C()
    {
        var header = new CHeader("cuda.h");
        Assert.Equal(
            [("CUmemLocationType", "type", 1), ("int", "id", 1)], header.Struct("CUmemLocation_v1"));
        Assert.Equal(
            [("CUmemLocation", "location", 1), ("CUmemAccess_flags", "flags", 1)],
            header.Struct("CUmemAccessDesc_v1"));
        Assert.Equal(
            [
                ("CUmemAllocationType", "type", 1), ("CUmemAllocationHandleType", "requestedHandleTypes", 1),
                ("CUmemLocation", "location", 1), ("void *", "win32HandleMetaData", 1), ("char", "compressionType", 1),
                ("char", "gpuDirectRDMACapable", 1), ("short", "usage", 1), ("char", "reserved", 4),
            ],
            header.Struct("CUmemAllocationProp_v1"));
        Assert.Equal(4, (int)Marshal.OffsetOf<CUmemLocation>("id"));
        Assert.Equal(8, (int)Marshal.OffsetOf<CUmemAccessDesc>("flags"));
        Assert.Equal(4, (int)Marshal.OffsetOf<CUmemAllocationProp>("requestedHandleTypes"));
        Assert.Equal(8, (int)Marshal.OffsetOf<CUmemAllocationProp>("location"));
        Assert.Equal(
            (8, 12, 32),
            (Unsafe.SizeOf<CUmemLocation>(), Unsafe.SizeOf<CUmemAccessDesc>(), Unsafe.SizeOf<CUmemAllocationProp>()));
    }

    [Fact]
    public void An_identity_has_the_bytes_of_the_header()
    {
        (string Type, string Name, int Count) bytes = Assert.Single(new CHeader("cuda.h").Struct("CUuuid"));
        Assert.Equal(("char", Unsafe.SizeOf<CUuuid>()), (bytes.Type, bytes.Count));
    }

    /// <summary>Both sides of every seam have the same methods: what is imported can be called.</summary>
    [Theory]
    [InlineData(typeof(ICudaDriver), typeof(CudaDriverApi))]
    [InlineData(typeof(INvrtc), typeof(NvrtcApi))]
    [InlineData(typeof(ICublasLt), typeof(CublasLtApi))]
    public void Every_method_of_an_interface_is_imported_and_the_other_way_round(Type seam, Type api) =>
        Assert.Equal(seam.GetMethods().Select(m => m.Name).Order(), Imports(api).Select(i => i.Name).Order());

    /// <summary>The declared functions: the source generator adds some of its own, with angle brackets.</summary>
    private static IEnumerable<(string Name, string Entry, Type[] Parameters)> Imports(Type api) => api
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Where(m => !m.Name.Contains('<'))
        .Select(m => (m.Name, EntryOf(m), m.GetParameters().Select(p => p.ParameterType).ToArray()));

    /// <summary>One without anything to convert is left as a plain import.</summary>
    private static string EntryOf(MethodInfo method) =>
        method.GetCustomAttribute<LibraryImportAttribute>()?.EntryPoint
        ?? method.GetCustomAttribute<DllImportAttribute>()?.EntryPoint ?? method.Name;

    private static bool Fits(string c, Type net)
    {
        if (c.EndsWith('*') || net.IsByRef || net.IsPointer || net == typeof(string) || net.IsArray)
            return (c.EndsWith('*') && (net.IsByRef || net.IsPointer || net == typeof(string) || net.IsArray
                    || net == typeof(ulong) || net == typeof(nint)));
        Type plain = net.IsEnum ? Enum.GetUnderlyingType(net) : net;
        return c switch
        {
            "int" or "CUdevice" => plain == typeof(int),
            "unsigned int" => plain == typeof(uint),
            "unsigned char" => plain == typeof(byte),
            "size_t" => plain == typeof(nuint),
            "uint64_t" or "CUdeviceptr" or "unsigned long long" or "CUmemGenericAllocationHandle" =>
                plain == typeof(ulong),
            "int64_t" => plain == typeof(long),
            "CUcontext" or "CUmodule" or "CUfunction" or "CUstream" or "CUevent" or "nvrtcProgram" or "cudaStream_t"
                or "cublasLtHandle_t" or "cublasLtMatmulDesc_t" or "cublasLtMatrixLayout_t"
                or "cublasLtMatmulPreference_t" => plain == typeof(nint),
            "CUresult" or "CUdevice_attribute" or "CUmemAllocationGranularity_flags" or "CUfunction_attribute"
                or "nvrtcResult" or "cublasStatus_t"
                or "cudaDataType" or "cudaDataType_t" or "cublasComputeType_t" or "cublasLtMatmulDescAttributes_t"
                or "cublasLtMatrixLayoutAttribute_t" or "cublasLtMatmulPreferenceAttributes_t" =>
                net.IsEnum && net.Name.Replace("_t", "") == c.Replace("_t", ""),
            _ => false,
        };
    }
}
