using System.Reflection;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>
/// Every function that has a vector form gives the same bits in both: hosts without vectors run the scalar one.
/// </summary>
public sealed class VectorTwinTests
{
    public static TheoryData<Type> Floats => WithVectors(typeof(FloatFunctions));

    public static TheoryData<Type> Doubles => WithVectors(typeof(DoubleFunctions));

    public static TheoryData<Type> Integers =>
        [.. Nested(typeof(IntegerFunctions)).Where(t => t.IsAssignableTo(typeof(IIntegerVector2)))];

    [Fact]
    public void There_are_some()
    {
        Assert.True(Floats.Count >= 10 && Doubles.Count >= 4 && Integers.Count >= 8);
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public void Of_fp32(Type function)
    {
        float[] values = [.. Edge.FloatsWithNaNs.Select(Edge.Float)];
        CheckAll(function, values);
        Type flushed = Arity(function) switch
        {
            1 => typeof(Flush.Ftz1<>),
            2 => typeof(Flush.Ftz2<>),
            _ => typeof(Flush.Ftz3<>),
        };
        CheckAll(flushed.MakeGenericType(function), values);
        if (Arity(function) > 1)
        {
            Type saturated = Arity(function) == 2 ? typeof(Flush.Sat2<>) : typeof(Flush.Sat3<>);
            CheckAll(saturated.MakeGenericType(function), values);
        }
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public void Of_fp64(Type function) => CheckAll(function, [.. Edge.Doubles.Select(Edge.Double)]);

    [Theory]
    [MemberData(nameof(Integers))]
    public void Of_integers(Type function)
    {
        CheckAll(Adapted<int>(function), [.. Edge.Words.Select(v => (int)v)]);
        CheckAll(Adapted<uint>(function), [.. Edge.Words.Select(v => (uint)v)]);
        CheckAll(Adapted<long>(function), [.. Edge.Longs.Select(v => (long)v)]);
        CheckAll(Adapted<ulong>(function), Edge.Longs);
    }

    private static Type Adapted<T>(Type function) =>
        typeof(IntegerAdapters.FullVector2<,>).MakeGenericType(typeof(T), function);

    private static void CheckAll<T>(Type function, T[] values)
        where T : unmanaged => typeof(VectorTwinTests)
            .GetMethod($"Check{Arity(function)}", BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(typeof(T), function)
            .Invoke(null, [values]);

    private static void Check1<T, TF>(T[] values)
        where T : unmanaged
        where TF : IVector1<T>
    {
        foreach (T a in values)
            Same(TF.Apply(a), TF.Apply(Vector512.Create(a)), typeof(TF), a);
    }

    private static void Check2<T, TF>(T[] values)
        where T : unmanaged
        where TF : IVector2<T>
    {
        foreach (T a in values)
        {
            foreach (T b in values)
                Same(TF.Apply(a, b), TF.Apply(Vector512.Create(a), Vector512.Create(b)), typeof(TF), (a, b));
        }
    }

    private static void Check3<T, TF>(T[] values)
        where T : unmanaged
        where TF : IVector3<T>
    {
        foreach (T a in values)
        {
            foreach (T b in values)
            {
                foreach (T c in values)
                {
                    Vector512<T> vector = TF.Apply(Vector512.Create(a), Vector512.Create(b), Vector512.Create(c));
                    Same(TF.Apply(a, b, c), vector, typeof(TF), (a, b, c));
                }
            }
        }
    }

    private static void Same<T>(T scalar, Vector512<T> vector, Type function, object inputs) => Assert.True(
        Vector512.Create(scalar).AsByte() == vector.AsByte(), $"{function} of {inputs}: {scalar} and {vector[0]}");

    private static int Arity(Type function) => function.GetInterfaces().Select(i => i switch
    {
        { IsGenericType: true } when i.GetGenericTypeDefinition() == typeof(IVector1<>) => 1,
        { IsGenericType: true } when i.GetGenericTypeDefinition() == typeof(IVector2<>) => 2,
        { IsGenericType: true } when i.GetGenericTypeDefinition() == typeof(IVector3<>) => 3,
        _ => 0,
    }).Max();

    private static Type[] Nested(Type holder) => holder.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic);

    private static TheoryData<Type> WithVectors(Type holder) =>
        [.. Nested(holder).Where(t => !t.IsGenericType && Arity(t) > 0)];
}
