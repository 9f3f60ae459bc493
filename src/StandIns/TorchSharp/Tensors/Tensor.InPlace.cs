namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs_() => Ops.abs_.Mutate(this);
        public Tensor neg_() => Ops.neg_.Mutate(this);
        public Tensor pow_(Scalar exponent) => Ops.pow__Scalar.Mutate(this, exponent);
        public Tensor pow_(Tensor exponent) => Ops.pow__Tensor.Mutate(this, exponent);
        public Tensor sqrt_() => Ops.sqrt_.Mutate(this);
        public Tensor rsqrt_() => Ops.rsqrt_.Mutate(this);
        public Tensor exp_() => Ops.exp_.Mutate(this);
        public Tensor expm1_() => Ops.expm1_.Mutate(this);
        public Tensor log_() => Ops.log_.Mutate(this);
        public Tensor log2_() => Ops.log2_.Mutate(this);
        public Tensor log10_() => Ops.log10_.Mutate(this);
        public Tensor log1p_() => Ops.log1p_.Mutate(this);
        public Tensor sin_() => Ops.sin_.Mutate(this);
        public Tensor cos_() => Ops.cos_.Mutate(this);
        public Tensor tan_() => Ops.tan_.Mutate(this);
        public Tensor tanh_() => Ops.tanh_.Mutate(this);
        public Tensor sigmoid_() => Ops.sigmoid_.Mutate(this);
        public Tensor sign_() => Ops.sign_.Mutate(this);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Ops.clamp_.Mutate(this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Ops.clamp__Tensor.Mutate(this, min, max);
        public Tensor clamp_min_(Scalar min) => Ops.clamp_min_.Mutate(this, min);
        public Tensor clamp_max_(Scalar max) => Ops.clamp_max_.Mutate(this, max);
        public Tensor reciprocal_() => Ops.reciprocal_.Mutate(this);
        public Tensor floor_() => Ops.floor_.Mutate(this);
        public Tensor ceil_() => Ops.ceil_.Mutate(this);
        public Tensor trunc_() => Ops.trunc_.Mutate(this);
        public Tensor frac_() => Ops.frac_.Mutate(this);
        public Tensor erf_() => Ops.erf_.Mutate(this);
        public Tensor erfinv_() => Ops.erfinv_.Mutate(this);
        public Tensor relu_() => Ops.relu_.Mutate(this);
        public Tensor silu_() => Ops.silu_.Mutate(this);
        public Tensor add_(Scalar scalar) => Ops.add__Scalar.Mutate(this, scalar);
        public Tensor add_(Scalar scalar, Scalar alpha) => Ops.add__Scalar.Mutate(this, scalar, alpha);
        public Tensor add_(Tensor target) => Ops.add__Tensor.Mutate(this, target);
        public Tensor add_(Tensor target, Scalar alpha) => Ops.add__Tensor.Mutate(this, target, alpha);
        public Tensor sub_(Scalar target) => Ops.sub__Scalar.Mutate(this, target);
        public Tensor sub_(Tensor target) => Ops.sub__Tensor.Mutate(this, target);
        public Tensor subtract_(Scalar target) => Ops.subtract__Scalar.Mutate(this, target);
        public Tensor subtract_(Tensor target) => Ops.subtract__Tensor.Mutate(this, target);
        public Tensor mul_(Scalar target) => Ops.mul__Scalar.Mutate(this, target);
        public Tensor mul_(Tensor target) => Ops.mul__Tensor.Mutate(this, target);
        public Tensor fmod_(Scalar scalar) => Ops.fmod__Scalar.Mutate(this, scalar);
        public Tensor fmod_(Tensor target) => Ops.fmod__Tensor.Mutate(this, target);
        public Tensor remainder_(Scalar scalar) => Ops.remainder__Scalar.Mutate(this, scalar);
        public Tensor remainder_(Tensor target) => Ops.remainder__Tensor.Mutate(this, target);
        public Tensor floor_divide_(Scalar other) => Ops.floor_divide__Scalar.Mutate(this, other);
        public Tensor floor_divide_(Tensor other) => Ops.floor_divide__Tensor.Mutate(this, other);
        public Tensor true_divide_(Scalar other) => Ops.true_divide__Scalar.Mutate(this, other);
        public Tensor true_divide_(Tensor other) => Ops.true_divide__Tensor.Mutate(this, other);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcmul_.Mutate(this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Ops.addcdiv_.Mutate(this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcdiv_.Mutate(this, tensor1, tensor2, value);
        public Tensor lerp_(Tensor end, Tensor weight) => Ops.lerp__Tensor.Mutate(this, end, weight);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Ops.masked_fill__Scalar.Mutate(this, mask, value);
        public Tensor fill_(Scalar value) => Ops.fill__Scalar.Mutate(this, value);
        public Tensor zero_() => Ops.zero_.Mutate(this);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Ops.copy_.Mutate(this, source, nonBlocking);
        public Tensor tril_(long diagonal = 0) => Ops.tril_.Mutate(this, diagonal);
        public Tensor triu_(long diagonal = 0) => Ops.triu_.Mutate(this, diagonal);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Ops.index_add_.Mutate(this, dim, index, source, alpha);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Ops.index_copy_.Mutate(this, dim, index, source);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Ops.index_fill__int_Scalar.Mutate(this, dim, index, value);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Ops.scatter__src.Mutate(this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Ops.scatter_add_.Mutate(this, dim, index, src);
        public Tensor masked_scatter_(Tensor mask, Tensor value) => Ops.masked_scatter_.Mutate(this, mask, value);
        public Tensor logical_and_(Tensor other) => Ops.logical_and_.Mutate(this, other);
        public Tensor logical_or_(Tensor other) => Ops.logical_or_.Mutate(this, other);
        public Tensor logical_not_() => Ops.logical_not_.Mutate(this);
        public Tensor logical_xor_(Tensor other) => Ops.logical_xor_.Mutate(this, other);
        public Tensor unsqueeze_(long dim) => Ops.unsqueeze_.Mutate(this, dim);
        public Tensor transpose_(long dim0, long dim1) => Ops.transpose_.Mutate(this, dim0, dim1);
        public Tensor eq_(Scalar target) => Ops.eq__Scalar.Mutate(this, target);
        public Tensor eq_(Tensor target) => Ops.eq__Tensor.Mutate(this, target);
        public Tensor ne_(Scalar target) => Ops.ne__Scalar.Mutate(this, target);
        public Tensor ne_(Tensor target) => Ops.ne__Tensor.Mutate(this, target);
        public Tensor lt_(Scalar target) => Ops.lt__Scalar.Mutate(this, target);
        public Tensor lt_(Tensor target) => Ops.lt__Tensor.Mutate(this, target);
        public Tensor le_(Scalar target) => Ops.le__Scalar.Mutate(this, target);
        public Tensor le_(Tensor target) => Ops.le__Tensor.Mutate(this, target);
        public Tensor gt_(Scalar target) => Ops.gt__Scalar.Mutate(this, target);
        public Tensor gt_(Tensor target) => Ops.gt__Tensor.Mutate(this, target);
        public Tensor ge_(Scalar target) => Ops.ge__Scalar.Mutate(this, target);
        public Tensor ge_(Tensor target) => Ops.ge__Tensor.Mutate(this, target);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f) =>
            Ops.addmm_.Mutate(this, mat1, mat2, beta, alpha);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Ops.bernoulli__Tensor.Mutate(this, p, generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Ops.bernoulli__float.Mutate(this, p, generator);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Ops.normal_.Mutate(this, mean, std, generator);
        public Tensor uniform_(double from, double to, Generator? generator = null) => Ops.uniform_.Mutate(this, from, to, generator);
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => Ops.exponential_.Mutate(this, lambda, generator);
        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Ops.log_normal_.Mutate(this, mean, std, generator);
        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null) =>
            Ops.cauchy_.Mutate(this, median, sigma, generator);
        public Tensor geometric_(double p, Generator? generator = null) => Ops.geometric_.Mutate(this, p, generator);
        public Tensor detach_() => Ops.detach_.Mutate(this);
        public Tensor bitwise_and_(Tensor other) => Ops.bitwise_and__Tensor.Mutate(this, other);
        public Tensor bitwise_or_(Tensor other) => Ops.bitwise_or__Tensor.Mutate(this, other);
        public Tensor bitwise_xor_(Tensor other) => Ops.bitwise_xor__Tensor.Mutate(this, other);
        public Tensor bitwise_not_() => Ops.bitwise_not_.Mutate(this);
        public Tensor xlogy_(Scalar y) => Ops.xlogy__Scalar_Other.Mutate(this, y);
        public Tensor xlogy_(Tensor y) => Ops.xlogy__Tensor.Mutate(this, y);
        public Tensor set_(Tensor source) => Ops.set__source_Tensor.Mutate(this, source);
    }
}
