using System.Numerics;
using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>PTX's integer arithmetic, one function for all widths. Everything wraps but what says .sat.</summary>
internal static class IntegerFunctions
{
    public readonly struct Add : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(a + b);

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a + b;
    }

    public readonly struct Subtract : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(a - b);

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a - b;
    }

    public readonly struct MultiplyLow : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(a * b);

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a * b;
    }

    public readonly struct And : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a & b;

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a & b;
    }

    public readonly struct Or : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a | b;

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a | b;
    }

    public readonly struct Xor : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a ^ b;

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) => a ^ b;
    }

    public readonly struct Min : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a < b ? a : b;

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) =>
            Vector512.ConditionalSelect(Vector512.LessThan(a, b), a, b);
    }

    public readonly struct Max : IIntegerVector2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a > b ? a : b;

        public static Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b) =>
            Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);
    }

    /// <summary>add.sat.s32.</summary>
    public readonly struct AddSaturated : IInteger2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            T sum = unchecked(a + b);
            bool overflow = T.IsNegative((a ^ sum) & (b ^ sum));
            return !overflow ? sum : T.IsNegative(a) ? T.MinValue : T.MaxValue;
        }
    }

    /// <summary>sub.sat.s32.</summary>
    public readonly struct SubtractSaturated : IInteger2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            T difference = unchecked(a - b);
            bool overflow = T.IsNegative((a ^ b) & (a ^ difference));
            return !overflow ? difference : T.IsNegative(a) ? T.MinValue : T.MaxValue;
        }
    }

    /// <summary>The upper half of the whole product.</summary>
    public readonly struct MultiplyHigh : IInteger2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            int bits = 8 * a.GetByteCount();
            return T.IsNegative(T.MinValue)
                ? T.CreateTruncating((Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) >> bits)
                : T.CreateTruncating((UInt128.CreateTruncating(a) * UInt128.CreateTruncating(b)) >> bits);
        }
    }

    /// <summary>Division; by zero it gives all ones, as hardware has it (the ISA leaves it open).</summary>
    public readonly struct Divide : IInteger2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            if (T.IsZero(b))
                return ~T.Zero;
            bool isMinusOne = T.IsNegative(T.MinValue) && b == ~T.Zero;
            return isMinusOne ? unchecked(T.Zero - a) : a / b;
        }
    }

    /// <summary>Remainder; by zero it is the dividend, so that a = (a / b) b + a % b.</summary>
    public readonly struct Remainder : IInteger2
    {
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            if (T.IsZero(b))
                return a;
            bool isMinusOne = T.IsNegative(T.MinValue) && b == ~T.Zero;
            return isMinusOne ? T.Zero : a % b;
        }
    }

    public readonly struct Negate : IInteger1
    {
        public static T Apply<T>(T a)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(T.Zero - a);
    }

    /// <summary>The smallest number stays what it is.</summary>
    public readonly struct Absolute : IInteger1
    {
        public static T Apply<T>(T a)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
    }

    public readonly struct Not : IInteger1
    {
        public static T Apply<T>(T a)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => ~a;
    }

    /// <summary>cnot: 1 for zero, else 0.</summary>
    public readonly struct LogicalNot : IInteger1
    {
        public static T Apply<T>(T a)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.IsZero(a) ? T.One : T.Zero;
    }

    public readonly struct MultiplyAddLow : IInteger3
    {
        public static T Apply<T>(T a, T b, T c)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked((a * b) + c);
    }

    public readonly struct MultiplyAddHigh : IInteger3
    {
        public static T Apply<T>(T a, T b, T c)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(MultiplyHigh.Apply(a, b) + c);
    }

    /// <summary>sad: c + |a - b|.</summary>
    public readonly struct SumAbsoluteDifference : IInteger3
    {
        public static T Apply<T>(T a, T b, T c)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => unchecked(c + (a < b ? b - a : a - b));
    }
}
