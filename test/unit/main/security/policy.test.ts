import { describe, expect, it } from 'vitest'
import {
  contentSecurityPolicy,
  developmentOrigin,
  isNavigationAllowed,
  isRequestAllowed,
  isTrustedOrigin,
  pageAddress,
  type SecurityContext,
} from '../../../../src/main/security/policy'

const packaged: SecurityContext = {
  isPackaged: true,
  developmentServer: 'http://localhost:5173/',
}
const plain: SecurityContext = { isPackaged: false, developmentServer: undefined }
const developing: SecurityContext = {
  isPackaged: false,
  developmentServer: 'http://localhost:5173',
}

describe('the development server', () => {
  it('counts only unpackaged, and only over http', () => {
    expect(developmentOrigin(developing)).toBe('http://localhost:5173')
    expect(developmentOrigin(packaged)).toBeNull()
    expect(developmentOrigin(plain)).toBeNull()
    for (const developmentServer of ['file:///etc', 'https://localhost', 'nonsense', '']) {
      expect(developmentOrigin({ isPackaged: false, developmentServer })).toBeNull()
    }
  })

  it('serves the page in its stead', () => {
    expect(pageAddress(developing)).toBe('http://localhost:5173/index.html')
    expect(pageAddress(packaged)).toBe('app://bundle/index.html')
  })
})

describe('isTrustedOrigin', () => {
  it('knows the bundle alone', () => {
    expect(isTrustedOrigin('app://bundle', packaged)).toBe(true)
    for (const origin of [
      '',
      'null',
      'file://',
      'app://other',
      'app://bundle.evil',
      'app://bundle:80',
      'APP://bundle',
      'http://bundle',
      'http://localhost:5173',
    ]) {
      expect(isTrustedOrigin(origin, packaged), origin).toBe(false)
      expect(isTrustedOrigin(origin, plain), origin).toBe(false)
    }
  })

  it('takes the exact development origin', () => {
    expect(isTrustedOrigin('http://localhost:5173', developing)).toBe(true)
    expect(isTrustedOrigin('http://localhost:5174', developing)).toBe(false)
    expect(isTrustedOrigin('null', developing)).toBe(false)
  })
})

describe('isNavigationAllowed', () => {
  it('allows the own page alone', () => {
    expect(isNavigationAllowed('app://bundle/index.html', packaged)).toBe(true)
    expect(isNavigationAllowed('app://bundle/index.html#map', packaged)).toBe(true)
    for (const address of [
      'app://bundle/other.html',
      'app://elsewhere/index.html',
      'file:///home/a.html',
      'https://example.org/',
      'http://localhost:5173/',
      'javascript:alert(1)',
      'data:text/html,x',
      'about:blank',
      'nonsense',
    ]) {
      expect(isNavigationAllowed(address, packaged), address).toBe(false)
    }
  })
})

describe('isRequestAllowed', () => {
  it('lets nothing out', () => {
    for (const address of [
      'http://example.org/',
      'https://example.org/',
      'ws://example.org/',
      'wss://example.org/',
      'ftp://example.org/',
      'file:///etc/passwd',
      'app://elsewhere/x.js',
      'devtools://devtools/x',
      'nonsense',
    ]) {
      expect(isRequestAllowed(address, packaged), address).toBe(false)
    }
  })

  it('lets the own schemes through', () => {
    for (const address of [
      'app://bundle/assets/index.js',
      'image://picture/1/2?size=256',
      'blob:app://bundle/1-2-3',
      'data:image/png;base64,AA==',
    ]) {
      expect(isRequestAllowed(address, packaged), address).toBe(true)
    }
  })

  it('reaches the development server while there is one', () => {
    expect(isRequestAllowed('http://localhost:5173/src/main.ts', developing)).toBe(true)
    expect(isRequestAllowed('ws://localhost:5173/?token=1', developing)).toBe(true)
    expect(isRequestAllowed('http://localhost:5173/src/main.ts', packaged)).toBe(false)
    expect(isRequestAllowed('ws://localhost:9999/', developing)).toBe(false)
  })
})

describe('contentSecurityPolicy', () => {
  it('starts from nothing and allows no inline or evaluated code', () => {
    const directives = new Map(
      contentSecurityPolicy.split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(directives.get('default-src')).toBe("'none'")
    expect(directives.get('script-src')).toBe("'self'")
    expect(directives.get('style-src')).toBe("'self'")
    expect(directives.get('img-src')).toBe("'self' image: blob:")
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-src']) {
      expect(directives.get(name), name).toBe("'none'")
    }
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:|data:/)
  })
})
